-- index.sql - what the list needs to be fast.
--
-- Mage's tables have no index on user_id, so that each request reads the whole
-- table of tokens until this one is there.  Run it as the tables' owner,
-- outside a transaction; writers are not blocked meanwhile:
--
--     psql -d DATABASE -f index.sql
--
-- Where Mage's tables are in another schema than public, name that schema with
-- -v schema=mage.  An open transaction in another session, such as an idle
-- Mage's, can block this script.  After 30 seconds (-v lock_timeout=2min changes
-- that) the script ends and says what to do.  Running it again mends what is
-- left.
--
-- The order is the list's own: expires DESC with NULL first, then id DESC.

\set ON_ERROR_STOP on
\if :{?schema}
\else
\set schema public
\endif
\if :{?lock_timeout}
\else
\set lock_timeout 30s
\endif

-- Nothing below is found in a schema that somebody else made.
SET search_path = :"schema", pg_temp;
SET lock_timeout = :'lock_timeout';

-- Each of these may time out; the query at the end checks the result.
\set ON_ERROR_STOP off
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_oauth2_access_token_user_id_expires_id
	ON oauth2_access_token (user_id, expires DESC, id DESC);
\if :ERROR
\else

-- A run that was interrupted leaves an index that is not valid: one of this name
-- is built anew, one that REINDEX named _ccnew or _ccold is dropped.
SELECT pg_catalog.format(CASE
	WHEN relname::text = 'ix_oauth2_access_token_user_id_expires_id'
	THEN 'REINDEX INDEX CONCURRENTLY %s'
	ELSE 'DROP INDEX CONCURRENTLY %s' END, indexrelid::regclass)
FROM pg_catalog.pg_index
JOIN pg_catalog.pg_class ON pg_class.oid = indexrelid
WHERE indrelid = pg_catalog.to_regclass('oauth2_access_token'::text)::oid
	AND NOT indisvalid AND relname::text
		~ '^ix_oauth2_access_token_user_id_expires_id(_cc(new|old)[0-9]*)?$'
ORDER BY relname::text DESC
\gexec
\endif

SELECT count(*) FILTER (WHERE indisvalid) <> 1::bigint
	OR count(*) FILTER (WHERE NOT indisvalid) <> 0::bigint AS not_ready
FROM pg_catalog.pg_index
JOIN pg_catalog.pg_class ON pg_class.oid = indexrelid
WHERE indrelid = pg_catalog.to_regclass('oauth2_access_token'::text)::oid
	AND relname::text
		~ '^ix_oauth2_access_token_user_id_expires_id(_cc(new|old)[0-9]*)?$'
\gset
\set ON_ERROR_STOP on
\if :not_ready
DO $$
BEGIN
	RAISE EXCEPTION 'index.sql is not finished.' USING HINT =
		'If the error above says "lock timeout", another session keeps a '
		'transaction open: see the rows of pg_stat_activity whose state is '
		'"idle in transaction".  End it, or stop Mage for a moment.  Mend '
		'any other error.  Then run index.sql again.';
END
$$;
\endif
