-- reader_roles.sql - may the caller read, where Mage decides by roles, as it
-- does unless REQUIRE_USER_PERMISSIONS is on?  Viewers and above may.
--
-- Mage's bits: 1 owner, 2 admin, 4 editor, 8 viewer.

-- @include reader_bits
OR EXISTS (
	SELECT
	FROM (
		-- @include role_access
	) AS role
	WHERE role.access & 15::bigint <> 0::bigint
)
