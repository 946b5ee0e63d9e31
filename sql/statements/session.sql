-- session.sql - what the program asks first of a new connection: to end long
-- waits on the server's side too, whatever the role's settings are, and whether
-- an index leads to a user's tokens.
--
-- @statement
-- $1 bigint   milliseconds to wait for a lock
-- $2 bigint   milliseconds that a statement may take
-- $3 boolean  set both for this statement alone: a pooler's session is not ours
--
-- The statement gives one row; its last column, indexed, is the answer.

SELECT set_config('lock_timeout'::text, $1::text, $3),
	set_config('statement_timeout'::text, $2::text, $3),
	-- A policy that hides rows is to be an error, not a shorter list.
	set_config('row_security'::text, 'off'::text, $3),
	EXISTS (
		SELECT
		FROM pg_catalog.pg_index
		JOIN pg_catalog.pg_attribute ON attrelid = indrelid
			AND attnum = indkey[0]
		WHERE indrelid = to_regclass('oauth2_access_token'::text)::oid
			AND attname = 'user_id'::name AND indisvalid
			AND indpred IS NULL
	) AS indexed
