-- role.sql - the role that the program logs in as: it may read the columns
-- that the endpoint needs, and cannot change Mage's tables.  refresh_token,
-- password_hash and every other table stay out of its reach.
--
-- Run it in Mage's database as a superuser, or as an owner of the tables who
-- may create roles.  It may be run again, by a superuser or by who made the role:
--
--     psql -d DATABASE -f role.sql
--
-- Where Mage's tables are in another schema than public, name that schema:
--
--     psql -d DATABASE -v schema=mage -f role.sql
--
-- A superuser is better: only a superuser keeps the role's tokens out of
-- PostgreSQL's own log (log_parameter_max_length below).
--
-- It sets no password.  Set one with psql's \password oauth_access_tokens, which
-- leaves it in no history file; or let pg_hba.conf use "peer" with a map in
-- pg_ident.conf from the web server's user to this role.
--
-- What PUBLIC may do, the role may do too: make temporary tables and, up to
-- PostgreSQL 14, create functions in the schema public.  If Mage's user owns
-- neither the database nor the schema, give it these rights by name before you
-- take them from PUBLIC:
--
--     GRANT TEMPORARY ON DATABASE database TO mage;
--     REVOKE TEMPORARY ON DATABASE database FROM PUBLIC;
--     GRANT CREATE ON SCHEMA public TO mage;
--     REVOKE CREATE ON SCHEMA public FROM PUBLIC;

\set ON_ERROR_STOP on
\if :{?schema}
\else
\set schema public
\endif

-- Nothing below is found in a schema that somebody else made.
SET search_path = :"schema", pg_temp;

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles
	    WHERE rolname = 'oauth_access_tokens') THEN
		CREATE ROLE oauth_access_tokens LOGIN;
	END IF;
END
$$;

-- Each of the program's processes has one connection, and with
-- OAUTH_TOKENS_PRIMARY another one to the primary.  Where several web servers
-- share the database, all may be at one host: have at least as many here as web
-- servers times OAUTH_TOKENS_WORKERS, or twice as many, and some more for
-- --check, for connections that are being replaced and for those whose end got
-- lost.  Each host of the database counts for itself; its max_connections must
-- have room for them too.
ALTER ROLE oauth_access_tokens CONNECTION LIMIT 64;

-- Only a superuser may say these in every version of PostgreSQL; a role that
-- was made above has none of the attributes.  (BYPASSRLS stays as it is: where
-- the tables have row-level security the role needs it.)
DO $$
BEGIN
	IF (SELECT rolsuper FROM pg_catalog.pg_roles
	    WHERE rolname = current_user) THEN
		ALTER ROLE oauth_access_tokens NOSUPERUSER NOCREATEDB
			NOCREATEROLE NOREPLICATION;
		-- No token in PostgreSQL's log where it logs statements.
		IF pg_catalog.current_setting('server_version_num')::integer
		    >= 130000 THEN
			ALTER ROLE oauth_access_tokens
				SET log_parameter_max_length = 0;
			ALTER ROLE oauth_access_tokens
				SET log_parameter_max_length_on_error = 0;
		END IF;
	END IF;
END
$$;

-- Tables and all else are looked for in this schema alone.  PostgreSQL's default
-- looks first in a schema named after the role, and anybody who may create
-- schemas could make that one.
ALTER ROLE oauth_access_tokens SET search_path = :"schema", pg_temp;
-- A policy that hides rows is an error, not a shorter list.
ALTER ROLE oauth_access_tokens SET row_security = off;
-- An older role.sql set this; the function of revoke.sql could not write.
ALTER ROLE oauth_access_tokens RESET default_transaction_read_only;
-- The server ends a statement whose client is gone or has given up.
ALTER ROLE oauth_access_tokens SET statement_timeout = '2s';
ALTER ROLE oauth_access_tokens SET lock_timeout = '1s';
ALTER ROLE oauth_access_tokens SET idle_in_transaction_session_timeout = '5s';
-- A connection whose client is silently gone ends within a minute, so that it
-- does not count against the limit above for long.
ALTER ROLE oauth_access_tokens SET tcp_keepalives_idle = 30;
ALTER ROLE oauth_access_tokens SET tcp_keepalives_interval = 10;
ALTER ROLE oauth_access_tokens SET tcp_keepalives_count = 3;
-- Whatever the database's settings are: a standby knows no "serializable", and
-- who asks where the index is wants names without needless quotes.
ALTER ROLE oauth_access_tokens
	SET default_transaction_isolation = 'read committed';
ALTER ROLE oauth_access_tokens SET quote_all_identifiers = off;
-- Plan once for each connection, the same plan for all users.  Do not compile
-- it: each request would pay for that.
ALTER ROLE oauth_access_tokens SET jit = off;
ALTER ROLE oauth_access_tokens SET plan_cache_mode = force_generic_plan;

SELECT pg_catalog.format('GRANT USAGE ON SCHEMA %I TO oauth_access_tokens',
	:'schema'::text)
WHERE NOT pg_catalog.has_schema_privilege('oauth_access_tokens'::name,
	:'schema'::text, 'USAGE'::text)
\gexec
-- name and created_at: for details, and so for the page and for one token.
GRANT SELECT (id, client_id, name)
	ON oauth2_application TO oauth_access_tokens;
GRANT SELECT (id, created_at, expires, oauth2_application_id, token, user_id)
	ON oauth2_access_token TO oauth_access_tokens;
GRANT SELECT (id, owner, roles)
	ON "user" TO oauth_access_tokens;
GRANT SELECT (user_id, role_id)
	ON user_role TO oauth_access_tokens;
-- entity_name and options: for REQUIRE_USER_PERMISSIONS.
GRANT SELECT (id, entity, entity_id, entity_name, access, options, role_id)
	ON permission TO oauth_access_tokens;
GRANT SELECT (permission_id, role_id)
	ON role_permission TO oauth_access_tokens;
