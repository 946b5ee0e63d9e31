-- role_access.sql - what each role of a user lets them do: one row (access
-- bigint) for each role, NULL where no permission counts.
--
-- A role's attached permissions (role_permission) replace its own permissions
-- (permission.role_id).  Of the permissions that are left, those on the project
-- replace the global ones; where no project is set, the permissions on any
-- project and the global ones count together.

SELECT coalesce(
		bit_or(coalesce(permission.access::bigint, 0::bigint)) FILTER (
			WHERE CASE permission.entity::text
			WHEN 'PROJECT' THEN $3::text IS NULL
				OR permission.entity_id::text = $3::text
			WHEN 'GLOBAL' THEN $3::text IS NULL
			ELSE false END),
		bit_or(permission.access::bigint)
			FILTER (WHERE permission.entity::text = 'GLOBAL')
	) AS access
FROM user_role
LEFT JOIN role_permission ON role_permission.role_id = user_role.role_id
	AND role_permission.permission_id IS NOT NULL
JOIN permission ON permission.id = role_permission.permission_id
	OR (role_permission.role_id IS NULL
		AND permission.role_id = user_role.role_id)
WHERE user_role.user_id = owner.id
GROUP BY user_role.role_id
