-- role_access.sql - what each role of a user lets them do: one row (access
-- bigint) for each role, NULL where no permission counts.
--
-- A role's attached permissions (role_permission) replace its own permissions
-- (permission.role_id).  Of the permissions that are left, those on the project
-- replace the global ones; where no project is set, the permissions on any
-- project and the global ones count together.

SELECT coalesce((
		SELECT
			-- @include role_bits
		FROM role_permission
		JOIN permission ON permission.id = role_permission.permission_id
		WHERE role_permission.role_id = user_role.role_id
	), (
		SELECT
			-- @include role_bits
		FROM permission
		WHERE permission.role_id = user_role.role_id
	)) AS access
FROM user_role
WHERE user_role.user_id = owner.id
