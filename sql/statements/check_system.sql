-- check_system.sql - which database this is: a standby and its primary say the
-- same, any other database says something else.
--
-- @statement
--
-- The statement gives one row: the cluster's system identifier and the
-- database's oid.

SELECT pg_catalog.format('%s %s', system_identifier, pg_database.oid)
FROM pg_catalog.pg_control_system()
CROSS JOIN pg_catalog.pg_database
WHERE datname = pg_catalog.current_database()
