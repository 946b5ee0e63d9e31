-- page_far.sql - the count and the page of list.sql, for later pages.
--
-- The rows to skip are read from the index alone, from the end that is nearer
-- to the page, or, where the list is not counted, from its beginning; only the
-- rows of the page are read from the table.

SELECT reader.user_id,
	total.count, -- @only counted
	page.*
-- @include reader
-- @include reader_total only counted
CROSS JOIN LATERAL (
	-- How many rows there are from the page's first on, and in the page.
	SELECT rest, least($6::bigint, rest) AS size, -- @only counted
		$7::bigint <= total.count / 2 AS forward -- @only counted
	FROM (VALUES (greatest(total.count - $7::bigint, 0))) -- @only counted
		AS v (rest) -- @only counted
	SELECT $6::bigint AS rest, $6::bigint AS size, -- @only uncounted
		true AS forward -- @only uncounted
) AS place
LEFT JOIN LATERAL (
	SELECT listed.id, listed.expires, listed.token
		, listed.created_at, listed.oauth2_application_id -- @only details
	FROM (
		(SELECT skipped.id
		FROM oauth2_access_token AS skipped
		WHERE skipped.user_id = reader.user_id
			AND skipped.expires > now() -- @only active
		ORDER BY skipped.expires DESC, skipped.id DESC
		LIMIT CASE WHEN place.forward THEN place.size ELSE 0 END
		OFFSET $7::bigint)
		UNION ALL
		(SELECT behind.id
		FROM oauth2_access_token AS behind
		WHERE behind.user_id = reader.user_id
			AND behind.expires > now() -- @only active
		ORDER BY behind.expires, behind.id
		LIMIT CASE WHEN place.forward THEN 0 ELSE place.size END
		OFFSET place.rest - place.size)
	) AS chosen
	JOIN oauth2_access_token AS listed ON listed.id = chosen.id
) AS page ON true
