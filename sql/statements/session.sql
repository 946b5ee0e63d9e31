-- session.sql - what the program asks first of a new connection: to end long
-- waits on the server's side too, whatever the role's settings are; whether an
-- index leads to a user's tokens; whether policies may hide rows; and whether the
-- server is a standby, which may lag.
--
-- @statement
-- $1 bigint   milliseconds to wait for a lock
-- $2 bigint   milliseconds that a statement may take
-- $3 boolean  set both for this statement alone: a pooler's session is not ours
--
-- The statement gives one row; its last three columns are the answers.

SELECT pg_catalog.set_config('lock_timeout'::text, $1::text, $3),
	pg_catalog.set_config('statement_timeout'::text, $2::text, $3),
	-- A policy that hides rows is to be an error, not a shorter list.
	pg_catalog.set_config('row_security'::text, 'off'::text, $3),
	EXISTS (
		SELECT
		FROM pg_catalog.pg_index
		WHERE indrelid = pg_catalog.to_regclass(
			'oauth2_access_token'::text)::oid
			AND indisvalid AND indpred IS NULL
			AND pg_catalog.pg_get_indexdef(indexrelid, 1, true)
				= 'user_id'::text
	) AS indexed,
	EXISTS (
		SELECT
		FROM (VALUES ('oauth2_access_token'::text),
			('oauth2_application'), ('user'), ('user_role'),
			('role_permission'), ('permission')) AS tables (name)
		WHERE pg_catalog.row_security_active(pg_catalog.to_regclass(
			pg_catalog.quote_ident(tables.name))::oid)
	) AS hidden,
	pg_catalog.pg_is_in_recovery() AS standby
