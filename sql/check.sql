-- check.sql - what --check says of tables, indexes and rights: one row a line,
-- in the order to print.
--
--   level  text  'ok', 'warning' or 'error'
--   line   text  for a person
--
-- Reads catalogs only, so that it works where a table is missing or may not be
-- read.  The table "needed" names what list.sql reads and role.sql grants.

WITH needed (relation, columns) AS (VALUES
	('oauth2_application', ARRAY['id', 'client_id']),
	('oauth2_access_token', ARRAY['id', 'expires',
		'oauth2_application_id', 'token', 'user_id']),
	('"user"', ARRAY['id', 'owner', 'roles']),
	('user_role', ARRAY['user_id', 'role_id']),
	('permission', ARRAY['id', 'entity', 'entity_id', 'access', 'role_id']),
	('role_permission', ARRAY['permission_id', 'role_id'])
), tables AS (
	SELECT relation, to_regclass(relation)::oid AS oid, columns
	FROM needed
), columns AS (
	SELECT tables.relation, tables.oid, wanted.name, attnum
	FROM tables
	CROSS JOIN LATERAL unnest(columns) AS wanted (name)
	LEFT JOIN pg_attribute ON attrelid = tables.oid
		AND attname = wanted.name AND NOT attisdropped
), keys AS (
	SELECT indisunique, indpred IS NULL AS whole, indoption, (
		SELECT array_agg(attname::text ORDER BY position)
		FROM generate_series(0, indnkeyatts - 1) AS position
		-- an expression, which is no attribute, gives NULL
		LEFT JOIN pg_attribute ON attrelid = indrelid
			AND attnum = indkey[position]
	) AS names
	FROM pg_index
	WHERE indrelid = to_regclass('oauth2_access_token') AND indisvalid
), lines (position, level, line) AS (
	SELECT 1, 'ok', format(
		'server: PostgreSQL %s, database %s, user %s',
		current_setting('server_version'), current_database(),
		current_user)
	UNION ALL
	SELECT 2, 'error', format('table %s is missing (search_path: %s)',
		relation, current_setting('search_path'))
	FROM tables WHERE oid IS NULL
	UNION ALL
	SELECT 3, 'error', format('column %s.%s is missing', relation, name)
	FROM columns WHERE oid IS NOT NULL AND attnum IS NULL
	UNION ALL
	SELECT 4, 'error', format(
		'column %s.%s may not be read; sql/role.sql grants it',
		relation, name)
	FROM columns WHERE NOT has_column_privilege(oid, attnum, 'SELECT')
	UNION ALL
	SELECT 5, 'ok', format('table %s: %s columns, readable', relation,
		count(*))
	FROM columns
	GROUP BY relation
	HAVING bool_and(coalesce(
		has_column_privilege(oid, attnum, 'SELECT'), false))
	UNION ALL
	SELECT 6, 'warning', format(
		'%s may write to %s; log in as a role of sql/role.sql',
		current_user, relation)
	FROM tables
	WHERE has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
		OR has_any_column_privilege(oid, 'INSERT, UPDATE')
	UNION ALL
	SELECT 7, 'warning', format(
		'%s may read refresh_token; log in as a role of sql/role.sql',
		current_user)
	FROM pg_attribute
	WHERE attrelid = to_regclass('oauth2_access_token')
		AND attname = 'refresh_token'
		AND has_column_privilege(attrelid, attnum, 'SELECT')
	UNION ALL
	SELECT 8, CASE WHEN found THEN 'ok' ELSE 'error' END, format(
		'unique index on oauth2_access_token (token): %s',
		CASE WHEN found THEN 'there'
		ELSE 'missing; a token must belong to one user' END)
	FROM (SELECT count(*) > 0 FROM keys
		WHERE indisunique AND whole AND names = ARRAY['token']
	) AS of_token (found)
	UNION ALL
	SELECT 9, CASE WHEN found THEN 'ok' ELSE 'warning' END, format(
		'index for the list, oauth2_access_token '
		'(user_id, expires DESC, id DESC): %s',
		CASE WHEN found THEN 'there'
		ELSE format('missing; each request reads the whole table%s '
			'until you run, as its owner: psql -f sql/index.sql',
			' of ' || pg_size_pretty(pg_relation_size(
				to_regclass('oauth2_access_token')))) END)
	FROM (SELECT count(*) > 0 FROM keys
		WHERE whole AND indoption[1] = 3 AND indoption[2] = 3
			AND names[1:3] = ARRAY['user_id', 'expires', 'id']
	) AS of_list (found)
)
SELECT level, line FROM lines ORDER BY position, line
