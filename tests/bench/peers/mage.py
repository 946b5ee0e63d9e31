#!/usr/bin/python3
"""mage.py - the endpoint with Mage's own stack, tornado, SQLAlchemy's ORM and
psycopg2, and its queries: one each for application, token, user, the user's
roles, the count and the page, one after the other, in the event loop.

What else Mage does for a request (policies, presenters, hooks) is left out, so
that this is faster than Mage; and so is json in place of its simplejson.  As
Mage it is one process, which listens on LISTEN, a port."""

import datetime
import json
import os

import sqlalchemy as sa
import tornado.ioloop
import tornado.web
from sqlalchemy import orm

Base = orm.declarative_base()


class User(Base):
    __tablename__ = "user"
    id = sa.Column(sa.Integer, primary_key=True)
    email = sa.Column(sa.String(255))
    username = sa.Column(sa.String(255))
    owner = sa.Column(sa.Boolean)
    roles = sa.Column(sa.Integer)


class Role(Base):
    __tablename__ = "role"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(255))


class UserRole(Base):
    __tablename__ = "user_role"
    id = sa.Column(sa.Integer, primary_key=True)
    user_id = sa.Column(sa.Integer, sa.ForeignKey("user.id"))
    role_id = sa.Column(sa.Integer, sa.ForeignKey("role.id"))


class Application(Base):
    __tablename__ = "oauth2_application"
    id = sa.Column(sa.Integer, primary_key=True)
    client_id = sa.Column(sa.String(255))
    name = sa.Column(sa.String(255))


class AccessToken(Base):
    __tablename__ = "oauth2_access_token"
    id = sa.Column(sa.Integer, primary_key=True)
    created_at = sa.Column(sa.DateTime(timezone=True))
    updated_at = sa.Column(sa.DateTime(timezone=True))
    expires = sa.Column(sa.DateTime(timezone=True))
    oauth2_application_id = sa.Column(sa.ForeignKey("oauth2_application.id"))
    token = sa.Column(sa.Text)
    user_id = sa.Column(sa.ForeignKey("user.id"))
    refresh_token = sa.Column(sa.Text)
    user = orm.relationship(User)


Session = orm.scoped_session(orm.sessionmaker())


class Refusal(Exception):
    """status, type, message"""


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def authenticate(key, token):
    """The user that the key and the token stand for."""
    application = Session.query(Application).filter(
        Application.client_id == key).first()
    if application is None:
        raise Refusal(401, "invalid_api_key", "Invalid API key.")
    found = Session.query(AccessToken).filter(
        AccessToken.token == token,
        AccessToken.oauth2_application_id == application.id).first()
    if found is None:
        raise Refusal(401, "invalid_oauth_token", "Invalid OAuth token.")
    if found.user is None or found.expires < now():
        raise Refusal(401, "expired_oauth_token", "Expired OAuth token.")
    return found.user


def authorize(user):
    """Is he a viewer?  (What a role allows is not looked at.)"""
    roles = Session.query(Role).join(
        UserRole, UserRole.role_id == Role.id).filter(
            UserRole.user_id.in_([user.id])).all()
    if not roles and not user.owner and not (user.roles or 0) & 7:
        raise Refusal(403, "unauthorized_access", "Unauthorized access.")


def page(user, show_all, limit, offset):
    """The tokens of a page, their number in all, and whether more follow."""
    query = Session.query(AccessToken).filter(AccessToken.user_id == user.id)
    if not show_all:
        query = query.filter(AccessToken.expires > now())
    query = query.order_by(AccessToken.expires.desc(), AccessToken.id.desc())
    count = query.count()
    rows = query.limit(limit + 1).offset(offset).all()
    return rows[:limit], count, len(rows) > limit


class Tokens(tornado.web.RequestHandler):
    def get(self):
        try:
            self.answer(200, self.tokens())
        except Refusal as refusal:
            status, kind, message = refusal.args
            self.answer(status, {"error": {
                "code": status, "message": message, "type": kind},
                "status": status})
        finally:
            Session.remove()

    def tokens(self):
        key = self.request.headers.get("X-API-KEY") or self.get_argument(
            "api_key", None)
        user = authenticate(key, self.request.headers.get("OAUTH-TOKEN"))
        authorize(user)
        rows, count, more = page(
            user, self.get_argument("show_all", "") in ("1", "true"),
            int(self.get_argument("_limit", 40)),
            int(self.get_argument("_offset", 0)))
        return {
            "oauth_access_tokens": [
                {"expires": str(row.expires), "token": row.token,
                 "user_id": row.user_id} for row in rows],
            "metadata": {"count": count, "next": more}}

    def answer(self, status, body):
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(body, separators=(",", ":")))


def main():
    Session.configure(bind=sa.create_engine("postgresql+psycopg2://"))
    tornado.web.Application([("/api/oauth_access_tokens", Tokens)]).listen(
        int(os.environ["LISTEN"]), "127.0.0.1")
    tornado.ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
