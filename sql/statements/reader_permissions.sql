-- reader_permissions.sql - may the caller read, where Mage runs with
-- REQUIRE_USER_PERMISSIONS?
--
-- An owner may, by any role or attached permission.  Anybody else needs LIST,
-- READ of each attribute of the answer and, where show_all was sent, QUERY of
-- show_all.  Each of these needs must be granted by at least one permission that
-- is attached to a role of the caller and names this entity, and disabled by no
-- such permission.
--
-- Mage's bits (mage_ai/authentication/permissions/constants.py):
--
--   1 OWNER, 2 ADMIN, 4 EDITOR, 8 VIEWER, 16 LIST, 1024 OPERATION_ALL,
--   2048 QUERY, 4096 QUERY_ALL, 8192 READ, 16384 READ_ALL, 131072 ALL,
--   262144 DISABLE_LIST, 8388608 DISABLE_OPERATION_ALL,
--   16777216 DISABLE_QUERY, 33554432 DISABLE_QUERY_ALL,
--   67108864 DISABLE_READ, 134217728 DISABLE_READ_ALL

owner.owner
OR EXISTS (
	SELECT
	FROM (
		-- @include role_access
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
		WHERE need.name <> 'show_all' OR $4::boolean
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
