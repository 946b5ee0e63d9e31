-- purge.sql - delete tokens that expired long ago, which Mage keeps for ever.
--
-- Run it in Mage's database as the tables' owner or a superuser, outside a
-- transaction.  It says how many tokens expired more than 30 days ago; the second
-- command deletes them:
--
--     psql -d DATABASE -v days=30 -f purge.sql
--     psql -d DATABASE -v days=30 -v delete=1 -f purge.sql
--
-- It never deletes a token that has a refresh_token, by which Mage renews it, or
-- no expires.  Where Mage's tables are in another schema than public, name that
-- schema with -v schema=mage.
--
-- It goes through the table by id, 1,000 rows at a time (-v batch=1000), with a
-- commit and a rest of 20 milliseconds (-v rest=20) after each.  It passes over
-- rows that somebody else has locked.  It may be ended at any time and run again.
-- What it has deleted is gone.  psql's option -1 does not work with it.

\set ON_ERROR_STOP on
\if :{?schema}
\else
\set schema public
\endif
\if :{?days}
\else
\set days ''
\endif
\if :{?delete}
\else
\set delete 0
\endif
\if :{?batch}
\else
\set batch 1000
\endif
\if :{?rest}
\else
\set rest 20
\endif

-- Nothing below is found in a schema that somebody else made.
SET search_path = :"schema", pg_temp;
-- A trigger of the table runs with the rights of who deletes: those of the tables'
-- owner, not of a superuser.
SELECT pg_catalog.format('SET ROLE %I', pg_catalog.pg_get_userbyid(relowner))
FROM pg_catalog.pg_class
WHERE oid = 'oauth2_access_token'::pg_catalog.regclass::oid
\gexec
SET lock_timeout = '5s';
SET statement_timeout = 0;
-- What is done is said, whatever the session's settings are.
SET client_min_messages = notice;

-- When psql is killed, the block below ends too: where PostgreSQL can, it looks
-- every second whether psql is still there.
SELECT pg_catalog.set_config('client_connection_check_interval'::text,
	'1s'::text, false)
FROM pg_catalog.pg_settings
WHERE name = 'client_connection_check_interval'
	AND pg_catalog.version() ~ 'linux'
\g /dev/null

-- The block below cannot see psql's variables.
SELECT pg_catalog.set_config('purge.' || name, value, false) FROM (VALUES
	('days'::text, :'days'::text), ('delete', :'delete'),
	('batch', :'batch'), ('rest', :'rest')) AS given (name, value)
\g /dev/null

DO $$
DECLARE
	days text := pg_catalog.current_setting('purge.days'::text);
	batch text := pg_catalog.current_setting('purge.batch'::text);
	rest text := pg_catalog.current_setting('purge.rest'::text);
	to_delete boolean;
	before timestamptz;
	first bigint;
	last bigint := -9223372036854775808;
	n bigint;
	total bigint := 0;
BEGIN
	IF days !~ '^[0-9]{1,5}$' THEN
		RAISE EXCEPTION 'days takes a whole number from 0 to 99999' USING
			HINT = 'As in: psql -v days=30 -f purge.sql';
	END IF;
	IF batch !~ '^[1-9][0-9]{0,5}$' OR rest !~ '^[0-9]{1,5}$' THEN
		RAISE EXCEPTION 'batch takes 1 to 999999 rows, rest takes 0 to '
			'99999 milliseconds';
	END IF;
	CASE pg_catalog.current_setting('purge.delete'::text)
	WHEN '0' THEN to_delete := false;
	WHEN '1' THEN to_delete := true;
	ELSE RAISE EXCEPTION 'delete takes 0 or 1';
	END CASE;
	before := now() - pg_catalog.make_interval(days => days::integer);

	IF NOT to_delete THEN
		SELECT count(*) INTO total FROM oauth2_access_token
		WHERE expires < before AND refresh_token IS NULL;
		RAISE NOTICE '% tokens expired before %; nothing is deleted '
			'without -v delete=1', total, before;
		RETURN;
	END IF;
	LOOP
		SELECT min(id), max(id) INTO first, last FROM (
			SELECT id FROM oauth2_access_token
			WHERE id > last ORDER BY id LIMIT batch::bigint
		) AS next;
		EXIT WHEN last IS NULL;
		DELETE FROM oauth2_access_token WHERE id IN (
			SELECT id FROM oauth2_access_token
			WHERE id BETWEEN first AND last
				AND expires < before AND refresh_token IS NULL
			FOR UPDATE SKIP LOCKED);
		GET DIAGNOSTICS n = ROW_COUNT;
		total := total + n;
		COMMIT;
		IF n > 0 THEN
			PERFORM pg_catalog.pg_sleep(
				rest::double precision / 1000::double precision);
		END IF;
	END LOOP;
	RAISE NOTICE '% tokens that expired before % are deleted', total, before;
END
$$;
