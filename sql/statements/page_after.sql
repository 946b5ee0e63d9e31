-- page_after.sql - the count and the page of list.sql, behind a position.
--
-- The index leads to the position, so that nothing before it is read.  A row
-- comparison does not find what follows a NULL: first the other tokens that
-- never expire, then all that do.  A part that does not fit the position reads no
-- row.

SELECT reader.user_id,
	total.count, -- @only counted
	page.*
-- @include reader
-- @include reader_total only counted
LEFT JOIN LATERAL (
	(SELECT moment.id, moment.expires, moment.token
		, moment.created_at, moment.oauth2_application_id -- @only details
	FROM oauth2_access_token AS moment
	WHERE moment.user_id = reader.user_id
		AND (moment.expires, moment.id) < ($8::timestamptz, $9::bigint)
		AND moment.expires > now() -- @only active
	ORDER BY moment.expires DESC, moment.id DESC
	LIMIT $6::bigint)
	-- @include page_after_never only all
	UNION ALL
	(SELECT first.id, first.expires, first.token
		, first.created_at, first.oauth2_application_id -- @only details
	FROM oauth2_access_token AS first
	WHERE first.user_id = reader.user_id
		AND $8::timestamptz IS NULL
		AND first.expires IS NOT NULL -- @only all
		AND first.expires > now() -- @only active
	ORDER BY first.expires DESC, first.id DESC
	LIMIT $6::bigint)
	ORDER BY expires DESC, id DESC
	LIMIT $6::bigint
) AS page ON true
