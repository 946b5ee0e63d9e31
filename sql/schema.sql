-- schema.sql - the tables that the endpoint reads, as Mage AI's migrations
-- leave them (mage_ai/orchestration/db/migrations, up to 39d36f1dab73 of
-- August 2025): names, column types, defaults, foreign keys and indexes.
--
-- For demo and tests, and for a database that is not Mage's.  A real Mage
-- database has all this and needs no change.

\set ON_ERROR_STOP on

CREATE TABLE "user" (
	id            serial PRIMARY KEY,
	created_at    timestamptz DEFAULT CURRENT_TIMESTAMP,
	updated_at    timestamptz DEFAULT CURRENT_TIMESTAMP,
	avatar        varchar(255),
	email         varchar(255),
	first_name    varchar(255),
	last_name     varchar(255),
	owner         boolean,
	password_hash varchar(255),
	password_salt varchar(255),
	roles         integer,
	username      varchar(255),
	preferences   json
);
CREATE UNIQUE INDEX ix_user_email ON "user" (email);
CREATE UNIQUE INDEX ix_user_username ON "user" (username);

CREATE TYPE authorizationgranttype AS ENUM (
	'AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS'
);
CREATE TYPE clienttype AS ENUM ('PRIVATE', 'PUBLIC');

CREATE TABLE oauth2_application (
	id                       serial PRIMARY KEY,
	created_at               timestamptz DEFAULT CURRENT_TIMESTAMP,
	updated_at               timestamptz DEFAULT CURRENT_TIMESTAMP,
	authorization_grant_type authorizationgranttype,
	client_id                varchar(255),
	client_type              clienttype,
	name                     varchar(255),
	redirect_uris            varchar(255),
	user_id                  integer REFERENCES "user" (id)
);
CREATE UNIQUE INDEX ix_oauth2_application_client_id
	ON oauth2_application (client_id);

CREATE TABLE oauth2_access_token (
	id                    serial PRIMARY KEY,
	created_at            timestamptz DEFAULT CURRENT_TIMESTAMP,
	updated_at            timestamptz DEFAULT CURRENT_TIMESTAMP,
	expires               timestamptz,
	oauth2_application_id integer REFERENCES oauth2_application (id),
	token                 text,
	user_id               integer REFERENCES "user" (id),
	refresh_token         text
);
CREATE UNIQUE INDEX ix_oauth2_access_token_token
	ON oauth2_access_token (token);

CREATE TABLE role (
	id         serial PRIMARY KEY,
	created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
	updated_at timestamptz DEFAULT CURRENT_TIMESTAMP,
	name       varchar(255),
	user_id    integer,
	CONSTRAINT role_user_id FOREIGN KEY (user_id) REFERENCES "user" (id)
);
CREATE UNIQUE INDEX ix_role_name ON role (name);

CREATE TYPE entity AS ENUM ('GLOBAL', 'PROJECT', 'PIPELINE');

CREATE TABLE permission (
	id          serial PRIMARY KEY,
	created_at  timestamptz DEFAULT CURRENT_TIMESTAMP,
	updated_at  timestamptz DEFAULT CURRENT_TIMESTAMP,
	entity_id   varchar(255),
	entity      entity,
	access      integer,
	role_id     integer REFERENCES role (id),
	user_id     integer,
	entity_name varchar(255),
	entity_type varchar(255),
	options     json,
	CONSTRAINT permission_user_id FOREIGN KEY (user_id)
		REFERENCES "user" (id)
);

CREATE TABLE user_role (
	id         serial PRIMARY KEY,
	created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
	updated_at timestamptz DEFAULT CURRENT_TIMESTAMP,
	user_id    integer REFERENCES "user" (id),
	role_id    integer REFERENCES role (id)
);

CREATE TABLE role_permission (
	id            serial PRIMARY KEY,
	created_at    timestamptz DEFAULT CURRENT_TIMESTAMP,
	updated_at    timestamptz DEFAULT CURRENT_TIMESTAMP,
	permission_id integer REFERENCES permission (id),
	role_id       integer REFERENCES role (id),
	user_id       integer REFERENCES "user" (id)
);
