-- session.sql - what the program asks of a new connection: the server's own end
-- of a wait that is too long, whatever the role says, and how to ask for lists.
--
--   $1 bigint   milliseconds to wait for a lock
--   $2 bigint   milliseconds that a statement may take
--   $3 boolean  for this statement alone: a pooler's session is not ours
--
-- It gives one row, whose last column says whether an index leads to a user's
-- tokens.

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
