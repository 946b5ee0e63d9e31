-- role_access.sql - what each role of a user lets them do: one row (access
-- bigint) for each role, NULL where no permission counts.
--
-- A role's attached permissions (role_permission) replace its own permissions
-- (permission.role_id).  Of the permissions that are left, those on the project
-- replace the global ones; where no project is set, the permissions on any
-- project and the global ones count together.

SELECT DISTINCT ON (user_role.role_id)
	bit_or(permission.access::bigint) FILTER (WHERE place < 3) AS access
FROM user_role
JOIN (
	SELECT role_id, permission_id, 1 AS source FROM role_permission
	UNION ALL
	SELECT role_id, id, 2 FROM permission
) AS granted ON granted.role_id = user_role.role_id
JOIN permission ON permission.id = granted.permission_id
CROSS JOIN LATERAL (
	SELECT CASE permission.entity::text
	WHEN 'PROJECT' THEN CASE
		WHEN $3::text IS NULL OR permission.entity_id::text = $3::text
		THEN 1 ELSE 3 END
	WHEN 'GLOBAL' THEN CASE WHEN $3::text IS NULL THEN 1 ELSE 2 END
	ELSE 3 END
) AS scope (place)
WHERE user_role.user_id = owner.id
GROUP BY user_role.role_id, source, place
ORDER BY user_role.role_id, source, place
