-- role_bits.sql - what some permissions of a role let its users do: NULL where
-- there is none, 0 where none counts.

CASE WHEN count(*) > 0 THEN coalesce(
	bit_or(coalesce(permission.access::bigint, 0::bigint)) FILTER (WHERE (
		-- @include permission_place
	)),
	bit_or(permission.access::bigint)
		FILTER (WHERE permission.entity::text = 'GLOBAL'),
	0::bigint
) END
