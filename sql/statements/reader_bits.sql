-- reader_bits.sql - may the caller read by what the row of "user" says alone,
-- where Mage decides by roles?

owner.owner
OR owner.roles::bigint & 7::bigint <> 0::bigint
