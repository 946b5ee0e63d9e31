-- list.sql - the statement that answers a request: authentication, role, count
-- and page, from one snapshot.
--
--   $1 text    the API key, one of the allowed client ids
--   $2 text    the caller's token
--   $3 text    the project whose permissions count; NULL: any project
--   $4 bigint  rows to return, at most
--   $5 bigint  rows to skip
--   $6 boolean did the caller send show_all?  (only with reader_permissions.sql)
--
-- The build puts a file in the place of each of two lines.  For "reader":
-- reader_roles.sql, or reader_permissions.sql where Mage decides by permission.
-- For "page": page_near.sql for the first pages, page_far.sql for those further
-- on, page_scan.sql where no index leads to a user's tokens; all three give the
-- same rows.  Without the lines that end in "active only" the statement lists
-- expired tokens too.
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
-- The tables' names are not qualified, so that search_path finds them in a schema
-- other than public.  That path finds operators and functions too: somebody who
-- may create them in one of its schemas must not get his own taken.  pg_catalog
-- comes first, but an exact match anywhere wins over a cast, so each operator and
-- function here has operands of exactly the types that pg_catalog has it for:
-- integers are compared with integers (all pairs of them are there), everything
-- else is cast.
--
-- Every result is cast, so that a migration which changes a column's type cannot
-- change a prepared statement's result.  Nothing depends on a session's settings.

SELECT caller.outcome, list.user_id::bigint, coalesce(list.count, 0) AS count,
	list.id::bigint, list.expires::timestamptz, list.token::text
FROM (
	SELECT owner.id AS user_id,
		CASE
		WHEN application.id IS NULL THEN 'invalid_api_key'
		WHEN credential.id IS NULL THEN 'invalid_oauth_token'
		WHEN owner.id IS NULL OR credential.expires IS NULL
		    OR credential.expires < now() THEN 'expired_oauth_token'
		WHEN (
			-- reader
		) THEN 'ok'
		ELSE 'unauthorized_access'
		END AS outcome
	FROM (VALUES ($1::text, $2::text)) AS sent (client_id, token)
	LEFT JOIN oauth2_application AS application
		ON application.client_id::text = sent.client_id
	LEFT JOIN oauth2_access_token AS credential
		ON credential.token::text = sent.token
		AND credential.oauth2_application_id = application.id
	LEFT JOIN "user" AS owner ON owner.id = credential.user_id
	OFFSET 0 -- decide once: the planner must not copy the CASE about
) AS caller
LEFT JOIN LATERAL (
	-- page
) AS list ON true
