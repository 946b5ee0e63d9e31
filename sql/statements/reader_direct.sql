-- reader_direct.sql - may the caller read by a permission of a role's own, where
-- the role has no attached ones?  As reader_attached.sql, otherwise.

EXISTS (
	SELECT
	FROM user_role
	JOIN permission ON permission.role_id = user_role.role_id
	WHERE user_role.user_id = owner.id
		AND permission.access::bigint & 15::bigint <> 0::bigint
		AND (
			-- @include permission_place
		)
		AND NOT EXISTS (
			SELECT FROM role_permission
			WHERE role_permission.role_id = user_role.role_id
		)
	OFFSET 0 -- for this caller: the planner must not begin with all users
)
