-- revoke.sql - let the program end tokens for their owners (DELETE and the page's
-- "Revoke"), where the setting OAUTH_TOKENS_REVOKE is 1.
--
-- Run it in Mage's database after role.sql, as a superuser or as the owner of
-- Mage's tables.  It may be run again:
--
--     psql -d DATABASE -f revoke.sql
--
-- Where Mage's tables are in another schema than public, name that schema with
-- -v schema=mage.  It locks no table, and the program need not be restarted for
-- it.  This takes it back; DELETE is then a 500 until OAUTH_TOKENS_REVOKE is 0:
--
--     DROP FUNCTION oauth_access_tokens_revoke;
--
-- It makes one function, which runs with the rights of the tables' owner.  The
-- program's role may call it, nobody else may, and the role still has no right to
-- write a table.  The function does this and nothing else: it finds out who asks,
-- as sql/statements/caller.sql does for lists, and ends tokens of that user:
-- expires becomes now, if it lies in the future; refresh_token becomes NULL, by
-- which Mage would renew the row; updated_at becomes now.
--
-- A trigger of the table runs with the rights of the table's owner, as it does
-- when Mage writes: give the right TRIGGER on the table to nobody else.

\set ON_ERROR_STOP on
\if :{?schema}
\else
\set schema public
\endif

-- Nothing below, nor in the function, is found in a schema that somebody else
-- made.
SET search_path = :"schema", pg_temp;
\set function 'oauth_access_tokens_revoke(text, text, text, boolean, text, bigint)'

BEGIN;

-- A function of that name which somebody else made goes, as the rights to it that
-- they gave would stay.
SELECT pg_catalog.format('DROP FUNCTION %s', :'function'::text)
FROM pg_catalog.pg_proc, pg_catalog.pg_class
WHERE pg_proc.oid = pg_catalog.to_regprocedure(:'function'::text)::oid
	AND pg_class.oid = pg_catalog.to_regclass('oauth2_access_token'::text)::oid
	AND proowner <> relowner
\gexec

-- $1  the API key, one of the allowed client ids
-- $2  the caller's token
-- $3  the project whose permissions count; NULL: any project
-- $4  does Mage decide by permission (REQUIRE_USER_PERMISSIONS)?
-- $5  which tokens: 'one', 'current', 'others' or 'all'
-- $6  the row of 'one'
--
-- One row: outcome as in list.sql; found, whether the caller has such a token; and
-- how many tokens this call has ended.
CREATE OR REPLACE FUNCTION :"schema".oauth_access_tokens_revoke(
	text, text, text, boolean, text, bigint,
	OUT outcome text, OUT found boolean, OUT count bigint)
LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT
-- A policy that hides rows is an error.
SET row_security = off
AS $function$
WITH caller AS MATERIALIZED (
SELECT owner.id AS user_id, credential.id AS token_id,
	CASE
	WHEN application.id IS NULL THEN 'invalid_api_key'
	WHEN credential.id IS NULL THEN 'invalid_oauth_token'
	WHEN owner.id IS NULL OR credential.expires IS NULL
	    OR credential.expires < now() THEN 'expired_oauth_token'
	WHEN $4 AND (
		owner.owner
		OR EXISTS (
			SELECT
			FROM (
				SELECT coalesce((
						SELECT
							CASE WHEN count(*) > 0 THEN coalesce(
								bit_or(coalesce(permission.access::bigint, 0::bigint)) FILTER (WHERE (
									CASE permission.entity::text
									WHEN 'PROJECT' THEN $3::text IS NULL OR permission.entity_id::text = $3::text
									WHEN 'GLOBAL' THEN $3::text IS NULL
									ELSE false END
								)),
								bit_or(permission.access::bigint)
									FILTER (WHERE permission.entity::text = 'GLOBAL'),
								0::bigint
							) END
						FROM role_permission
						JOIN permission ON permission.id = role_permission.permission_id
						WHERE role_permission.role_id = user_role.role_id
					), (
						SELECT
							CASE WHEN count(*) > 0 THEN coalesce(
								bit_or(coalesce(permission.access::bigint, 0::bigint)) FILTER (WHERE (
									CASE permission.entity::text
									WHEN 'PROJECT' THEN $3::text IS NULL OR permission.entity_id::text = $3::text
									WHEN 'GLOBAL' THEN $3::text IS NULL
									ELSE false END
								)),
								bit_or(permission.access::bigint)
									FILTER (WHERE permission.entity::text = 'GLOBAL'),
								0::bigint
							) END
						FROM permission
						WHERE permission.role_id = user_role.role_id
					)) AS access
				FROM user_role
				WHERE user_role.user_id = owner.id
			) AS role
			WHERE role.access & 1::bigint <> 0::bigint
		)
		OR (
			WITH attached AS (
				SELECT permission.access::bigint AS access,
					-- An access that is exactly one of these stands for more.
					CASE permission.access::bigint
					WHEN 8::bigint THEN 8248::bigint -- with LIST, DETAIL, READ
					WHEN 4::bigint THEN 43772::bigint -- and all that edits
					WHEN 2::bigint THEN 43774::bigint
					ELSE permission.access::bigint END AS bits,
					permission.entity_name::text AS entity_name,
					-- jsonb refuses what json lets through: look at no other
					-- entity's.
					CASE WHEN permission.entity_name::text
					    IN ('OauthAccessToken', 'ALL')
					THEN permission.options::jsonb END AS options
				FROM user_role
				JOIN role_permission ON role_permission.role_id = user_role.role_id
				JOIN permission ON permission.id = role_permission.permission_id
				WHERE user_role.user_id = owner.id
			)
			SELECT EXISTS (
				SELECT FROM attached WHERE access & 1::bigint <> 0::bigint
			) OR NOT EXISTS (
				-- a need that is not met
				SELECT
				FROM (VALUES
					('LIST', NULL, 0::bigint, 1040::bigint,
						0::bigint, 0::bigint),
					('expires', 'read_attributes', 8192, 16384,
						67108864, 134217728),
					('token', 'read_attributes', 8192, 16384,
						67108864, 134217728),
					('user_id', 'read_attributes', 8192, 16384,
						67108864, 134217728),
					('show_all', 'query_attributes', 2048, 4096,
						16777216, 33554432)
				) AS need (name, list, one, every, disable_one, disable_every)
				LEFT JOIN attached
					ON attached.entity_name IN ('OauthAccessToken', 'ALL')
				CROSS JOIN LATERAL (
					SELECT coalesce(
						options -> need.list::text ? need.name::text, false)
				) AS option (names_it)
				WHERE need.name <> 'show_all' OR false
				GROUP BY need.name
				-- true: granted; false: disabled; NULL: neither
				HAVING bool_and(CASE
					WHEN access & 262144::bigint <> 0::bigint THEN false
					WHEN bits & 131072::bigint <> 0::bigint THEN true
					WHEN bits & 8388608::bigint <> 0::bigint
					    OR bits & disable_every <> 0::bigint
					    OR (access & disable_one <> 0::bigint AND names_it)
					THEN false
					WHEN bits & 1040::bigint <> 0::bigint
					    AND (bits & every <> 0::bigint
					        OR (bits & one <> 0::bigint AND names_it))
					THEN true
					END) IS NOT TRUE
			)
		)
	) THEN 'ok'
	WHEN NOT $4 AND (
		owner.owner
		OR owner.roles::bigint & 7::bigint <> 0::bigint
		OR EXISTS (
			SELECT
			FROM (
				SELECT coalesce((
						SELECT
							CASE WHEN count(*) > 0 THEN coalesce(
								bit_or(coalesce(permission.access::bigint, 0::bigint)) FILTER (WHERE (
									CASE permission.entity::text
									WHEN 'PROJECT' THEN $3::text IS NULL OR permission.entity_id::text = $3::text
									WHEN 'GLOBAL' THEN $3::text IS NULL
									ELSE false END
								)),
								bit_or(permission.access::bigint)
									FILTER (WHERE permission.entity::text = 'GLOBAL'),
								0::bigint
							) END
						FROM role_permission
						JOIN permission ON permission.id = role_permission.permission_id
						WHERE role_permission.role_id = user_role.role_id
					), (
						SELECT
							CASE WHEN count(*) > 0 THEN coalesce(
								bit_or(coalesce(permission.access::bigint, 0::bigint)) FILTER (WHERE (
									CASE permission.entity::text
									WHEN 'PROJECT' THEN $3::text IS NULL OR permission.entity_id::text = $3::text
									WHEN 'GLOBAL' THEN $3::text IS NULL
									ELSE false END
								)),
								bit_or(permission.access::bigint)
									FILTER (WHERE permission.entity::text = 'GLOBAL'),
								0::bigint
							) END
						FROM permission
						WHERE permission.role_id = user_role.role_id
					)) AS access
				FROM user_role
				WHERE user_role.user_id = owner.id
			) AS role
			WHERE role.access & 15::bigint <> 0::bigint
		)
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
), chosen AS MATERIALIZED (
	-- One token is found by its id: OFFSET keeps the planner from going
	-- through all that the user has.
	SELECT mine.id, mine.user_id
	FROM caller
	CROSS JOIN LATERAL (
		SELECT id, user_id FROM oauth2_access_token
		WHERE id = CASE $5 WHEN 'one' THEN $6
			WHEN 'current' THEN caller.token_id END
		OFFSET 0
	) AS mine
	WHERE caller.outcome = 'ok' AND mine.user_id = caller.user_id
	UNION ALL
	SELECT mine.id, mine.user_id
	FROM caller
	JOIN oauth2_access_token AS mine ON mine.user_id = caller.user_id
	WHERE caller.outcome = 'ok' AND $5 IN ('others', 'all')
		AND ($5 = 'all' OR mine.id <> caller.token_id)
), locked AS MATERIALIZED (
	-- All calls lock in one order: where two end the same tokens, neither
	-- holds one that the other waits for.
	SELECT mine.id, mine.user_id
	FROM chosen
	JOIN oauth2_access_token AS mine
		ON mine.id = chosen.id AND mine.user_id = chosen.user_id
	-- The clock: now() may lie before the now() of another call, which has
	-- ended this token while we waited for its row.
	WHERE mine.expires > clock_timestamp() OR mine.refresh_token IS NOT NULL
	ORDER BY mine.id
	FOR UPDATE OF mine
), ended AS (
	UPDATE oauth2_access_token AS mine
	SET expires = CASE WHEN mine.expires > now() THEN now()
			ELSE mine.expires END,
		refresh_token = NULL, updated_at = now()
	FROM locked
	WHERE mine.id = locked.id AND mine.user_id = locked.user_id
	RETURNING mine.id
)
-- Two callers, as where a token is there twice, are an error, and end nothing.
SELECT (SELECT caller.outcome FROM caller), EXISTS (SELECT FROM chosen),
	(SELECT count(*) FROM ended)
$function$;

-- The owner of the table, not a superuser who runs this.  (Without the table this
-- is an error, as the body is where check_function_bodies is on.)
SELECT pg_catalog.format('ALTER FUNCTION %s OWNER TO %I', :'function'::text,
	pg_catalog.pg_get_userbyid(relowner))
FROM pg_catalog.pg_class
WHERE oid = 'oauth2_access_token'::pg_catalog.regclass::oid
\gexec

REVOKE ALL ON FUNCTION :function FROM PUBLIC;
-- Others may have got the right by default (ALTER DEFAULT PRIVILEGES), or by hand.
SELECT pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM %s CASCADE',
	:'function'::text, grantee::pg_catalog.regrole)
FROM pg_catalog.pg_proc, pg_catalog.aclexplode(proacl)
WHERE pg_proc.oid = pg_catalog.to_regprocedure(:'function'::text)::oid
	AND grantee <> 0::oid AND grantee <> proowner
\gexec
GRANT EXECUTE ON FUNCTION :function TO oauth_access_tokens;

COMMIT;
