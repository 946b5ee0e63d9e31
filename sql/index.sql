-- index.sql - what the list needs to be fast.
--
-- Mage's tables have no index on user_id, so that each request reads the whole
-- table of tokens until this one is there.  Run it as the tables' owner,
-- outside a transaction; writers are not blocked meanwhile:
--
--     psql -d DATABASE -f index.sql
--
-- The order is the list's own: expires DESC with NULL first, then id DESC.

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_oauth2_access_token_user_id_expires_id
	ON oauth2_access_token (user_id, expires DESC, id DESC);

-- A build that was interrupted leaves an index that is not used: mend it.
SELECT format('REINDEX INDEX CONCURRENTLY %s', indexrelid::regclass)
FROM pg_index
WHERE indexrelid = to_regclass('ix_oauth2_access_token_user_id_expires_id')
	AND NOT indisvalid
\gexec
