-- page_scan.sql - the count and the page of list.sql, where no index leads to a
-- user's tokens.
--
-- One pass over the table finds all of them; count and page are made of these.
-- The page begins behind a position where there is one.

SELECT reader.user_id, mine.*
-- Unless the outcome is 'ok' there is no reader, and no token is looked at.
-- (OFFSET keeps the planner from looking first.)
FROM (SELECT caller.user_id WHERE caller.outcome = 'ok' OFFSET 0) AS reader
CROSS JOIN LATERAL (
	WITH listed AS MATERIALIZED (
		SELECT scanned.id, scanned.expires, scanned.token
			, scanned.created_at -- @only details
			, scanned.oauth2_application_id -- @only details
		FROM oauth2_access_token AS scanned
		WHERE scanned.user_id = reader.user_id
			AND scanned.expires > now() -- @only active
	)
	SELECT total.count, page.*
	FROM (SELECT count(*) FROM listed) AS total -- @only counted
	FROM (VALUES (NULL::bigint)) AS total (count) -- @only uncounted
	LEFT JOIN (
		SELECT id, expires, token
			, created_at, oauth2_application_id -- @only details
		FROM listed
		WHERE $9::bigint IS NULL
			OR (expires, id) < ($8::timestamptz, $9::bigint)
			OR ($8::timestamptz IS NULL
				AND (expires IS NOT NULL OR id < $9::bigint))
		ORDER BY expires DESC, id DESC
		LIMIT $6::bigint OFFSET $7::bigint
	) AS page ON true
) AS mine
