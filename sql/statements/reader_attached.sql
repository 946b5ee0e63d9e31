-- reader_attached.sql - may the caller read by a permission that is attached to
-- a role of theirs, where Mage decides by roles?  What counts first settles it:
-- reader_roles.sql lets them in too, whatever other permissions say.

EXISTS (
	SELECT
	FROM user_role
	JOIN role_permission ON role_permission.role_id = user_role.role_id
	JOIN permission ON permission.id = role_permission.permission_id
	WHERE user_role.user_id = owner.id
		AND permission.access::bigint & 15::bigint <> 0::bigint
		AND (
			-- @include permission_place
		)
	OFFSET 0 -- for this caller: the planner must not begin with all users
)
