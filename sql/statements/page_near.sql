-- page_near.sql - the count and the page of list.sql, for the first pages.
--
-- The count reads the index alone, the page skips to its rows in their order.

SELECT reader.user_id,
	total.count, -- @only counted
	page.*
-- @include reader
-- @include reader_total only counted
LEFT JOIN LATERAL (
	SELECT listed.id, listed.expires, listed.token
		, listed.created_at, listed.oauth2_application_id -- @only details
	FROM oauth2_access_token AS listed
	WHERE listed.user_id = reader.user_id
		AND listed.expires > now() -- @only active
	ORDER BY listed.expires DESC, listed.id DESC
	LIMIT $6::bigint OFFSET $7::bigint
) AS page ON true
