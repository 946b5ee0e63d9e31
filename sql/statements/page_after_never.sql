-- page_after_never.sql - what page_after.sql needs in a list that has tokens
-- which never expire.

UNION ALL
(SELECT never.id, never.expires, never.token
	, never.created_at, never.oauth2_application_id -- @only details
FROM oauth2_access_token AS never
WHERE never.user_id = reader.user_id
	AND never.expires IS NULL
	AND $8::timestamptz IS NULL AND never.id < $9::bigint
ORDER BY never.expires DESC, never.id DESC
LIMIT $6::bigint)
