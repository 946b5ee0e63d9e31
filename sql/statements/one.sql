-- one.sql - the statement that answers a request for one of the caller's tokens:
-- authentication, role and token, from one snapshot.
--
-- @statement prepared
-- $1 text     as in list.sql
-- $2 text     as in list.sql
-- $3 text     as in list.sql
-- $4 boolean  as in list.sql: false
-- $5 boolean  is the token masked?
-- $6 bigint   the token's row  (only in the variant id)
--
-- Who decides whether the caller may read?
-- @variants roles permissions
--
-- Which token: the one with an id, or the one that the request carries?
-- @variants id current
--
-- The statement gives one row with the columns of a list's with details; count
-- is 1 or, where the caller has no such token, 0.

SELECT caller.outcome, list.user_id::bigint,
	CASE WHEN list.id IS NULL THEN 0 ELSE 1 END::bigint AS count,
	list.id::bigint, list.expires::timestamptz,
	-- @include shown_token
	-- @include details
FROM (
	-- @include caller
) AS caller
LEFT JOIN LATERAL (
	-- Unless the outcome is 'ok' there is no reader, and no token is looked
	-- at.  (OFFSET keeps the planner from looking first.)
	SELECT reader.user_id, mine.id, mine.expires, mine.token,
		mine.created_at, mine.oauth2_application_id
	FROM (SELECT caller.user_id WHERE caller.outcome = 'ok') AS reader
	LEFT JOIN oauth2_access_token AS mine ON mine.user_id = reader.user_id
		AND mine.id = $6::bigint -- @only id
		AND mine.id = caller.token_id -- @only current
	OFFSET 0
) AS list ON true
-- @include details_application
