-- least.sql - the smallest statement that could answer a request for a list: who
-- asks, by inner joins; the exact count; and the page.  It knows no refusals, no
-- roles and no masks.
--
-- The parameters are those of list.sql; all tokens are listed.

SELECT total.count, credential.user_id::bigint,
	page.expires::timestamptz, page.token::text
FROM oauth2_application AS application
JOIN oauth2_access_token AS credential
	ON credential.oauth2_application_id = application.id
JOIN "user" AS owner ON owner.id = credential.user_id
CROSS JOIN LATERAL (
	SELECT count(*)
	FROM oauth2_access_token AS counted
	WHERE counted.user_id = owner.id
) AS total
CROSS JOIN LATERAL (
	SELECT listed.expires, listed.token
	FROM oauth2_access_token AS listed
	WHERE listed.user_id = owner.id
	ORDER BY listed.expires DESC, listed.id DESC
	LIMIT $6::bigint OFFSET $7::bigint
) AS page
WHERE application.client_id::text = $1::text
	AND credential.token::text = $2::text
