-- role.sql - the role that the program logs in as: it may read the columns
-- that the endpoint needs, and nothing else.  refresh_token, password_hash and
-- every other table stay out of its reach.
--
-- Run it in Mage's database as a superuser, or as an owner of the tables who
-- may create roles; it may be run again:
--
--     psql -d DATABASE -f role.sql
--
-- It sets no password.  Give it one that is not kept in a history file with
-- psql's \password oauth_access_tokens, or let pg_hba.conf use "peer".
-- Tables in a schema of their own: ALTER ROLE ... SET search_path = thatschema,
-- and GRANT USAGE ON SCHEMA thatschema to it.

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles
	    WHERE rolname = 'oauth_access_tokens') THEN
		CREATE ROLE oauth_access_tokens LOGIN;
	END IF;
END
$$;

ALTER ROLE oauth_access_tokens
	NOCREATEDB NOCREATEROLE CONNECTION LIMIT 64;

-- Only a superuser may say these, and only he can have given them.
DO $$
BEGIN
	IF (SELECT rolsuper FROM pg_catalog.pg_roles
	    WHERE rolname = current_user) THEN
		ALTER ROLE oauth_access_tokens
			NOSUPERUSER NOREPLICATION NOBYPASSRLS;
	END IF;
END
$$;

-- The role cannot write as it has no right to; this says it once more.
ALTER ROLE oauth_access_tokens SET default_transaction_read_only = on;
-- The server's own end of a statement whose client is gone or has given up.
ALTER ROLE oauth_access_tokens SET statement_timeout = '2s';
ALTER ROLE oauth_access_tokens SET lock_timeout = '1s';
ALTER ROLE oauth_access_tokens SET idle_in_transaction_session_timeout = '5s';
-- One plan for all users, made once a connection, and never compiled: that
-- would be paid by each request.
ALTER ROLE oauth_access_tokens SET jit = off;
ALTER ROLE oauth_access_tokens SET plan_cache_mode = force_generic_plan;

GRANT SELECT (id, client_id)
	ON oauth2_application TO oauth_access_tokens;
GRANT SELECT (id, expires, oauth2_application_id, token, user_id)
	ON oauth2_access_token TO oauth_access_tokens;
GRANT SELECT (id, owner, roles)
	ON "user" TO oauth_access_tokens;
GRANT SELECT (user_id, role_id)
	ON user_role TO oauth_access_tokens;
GRANT SELECT (id, entity, entity_id, access, role_id)
	ON permission TO oauth_access_tokens;
GRANT SELECT (permission_id, role_id)
	ON role_permission TO oauth_access_tokens;
