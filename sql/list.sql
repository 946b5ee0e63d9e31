-- list.sql - the statement that answers a request: authentication, role, count
-- and page, from one snapshot.
--
--   $1 text    the API key, one of the allowed client ids
--   $2 text    the caller's token
--   $3 text    the project whose permissions count; NULL: any project
--   $4 bigint  rows to return, at most
--   $5 bigint  rows to skip
--
-- The build puts one of page_*.sql in the place of the line "page": page_near for
-- the first pages, page_far for those further on, page_scan where no index leads
-- to a user's tokens.  All three give the same rows.  Without the lines that
-- end in "active only" it lists expired tokens too.
--
-- It gives at least one row, in no order: to sort what is sorted already would
-- take up to a tenth of its time.  Every row begins with the same three values:
--
--   outcome  text         'ok', or the type of the error: the first check
--                         that failed
--   user_id  bigint       the caller; NULL unless 'ok'
--   count    bigint       of the whole list; 0 unless 'ok'
--   id       bigint       the token's row; NULL when there is none
--   expires  timestamptz  of that token; may be NULL
--   token    text         may be NULL
--
-- Names are not qualified, so that search_path finds tables in a schema other
-- than public.  Every result is cast, so that a migration which changes a
-- column's type cannot change a prepared statement's result.  Nothing depends
-- on a session's settings.

SELECT caller.outcome, list.user_id::bigint, coalesce(list.count, 0) AS count,
	list.id::bigint, list.expires::timestamptz, list.token::text
FROM (
	SELECT owner.id AS user_id,
		CASE
		WHEN application.id IS NULL THEN 'invalid_api_key'
		WHEN credential.id IS NULL THEN 'invalid_oauth_token'
		WHEN owner.id IS NULL OR credential.expires IS NULL
		    OR credential.expires < now() THEN 'expired_oauth_token'
		WHEN owner.owner OR owner.roles & 7 <> 0 OR EXISTS (
			-- A role's access is that on the project, or, where
			-- it has none on the project, the global one.
			SELECT
			FROM user_role
			JOIN (
				SELECT role_id, id FROM permission
				UNION ALL
				SELECT role_id, permission_id
				FROM role_permission
			) AS granted ON granted.role_id = user_role.role_id
			JOIN permission ON permission.id = granted.id
			WHERE user_role.user_id = owner.id
			GROUP BY user_role.role_id
			HAVING coalesce(
				bit_or(coalesce(access, 0)) FILTER (
					WHERE entity::text = 'PROJECT'
					AND ($3::text IS NULL OR entity_id = $3)),
				bit_or(access) FILTER (
					WHERE entity::text = 'GLOBAL')
			) & 15 <> 0
		) THEN 'ok'
		ELSE 'unauthorized_access'
		END AS outcome
	FROM (VALUES ($1::text, $2::text)) AS sent (client_id, token)
	LEFT JOIN oauth2_application AS application
		ON application.client_id = sent.client_id
	LEFT JOIN oauth2_access_token AS credential
		ON credential.token = sent.token
		AND credential.oauth2_application_id = application.id
	LEFT JOIN "user" AS owner ON owner.id = credential.user_id
	OFFSET 0 -- decide once: the planner must not copy the CASE about
) AS caller
LEFT JOIN LATERAL (
	-- page
) AS list ON true
