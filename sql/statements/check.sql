-- check.sql - what --check says about tables, indexes and rights: one row for
-- each line, in the order to print.
--
-- @statement
-- $1 boolean  does Mage decide by permission (REQUIRE_USER_PERMISSIONS)?
-- $2 boolean  may callers revoke tokens (OAUTH_TOKENS_REVOKE)?
--
--   level   text  'ok', 'warning' or 'error'
--   line    text  for a person
--   remedy  text  what to do about it; NULL where there is nothing to do
--
-- The statement reads catalogs only, so that it works where a table is missing
-- or may not be read.  Its table "needed" names what list.sql reads and
-- role.sql grants.  Operators and functions follow the rule in the head of
-- list.sql; that is also why no arrays are compared.

WITH needed (relation, name, type) AS (VALUES
	-- type: what format_type() may say of it, as a regular expression
	('oauth2_application', 'id', 'smallint|integer|bigint'),
	('oauth2_application', 'client_id', 'text|character varying'),
	('oauth2_application', 'name', 'text|character varying'),
	('oauth2_access_token', 'id', 'smallint|integer|bigint'),
	('oauth2_access_token', 'created_at', 'timestamp with time zone'),
	('oauth2_access_token', 'expires', 'timestamp with time zone'),
	('oauth2_access_token', 'oauth2_application_id',
		'smallint|integer|bigint'),
	('oauth2_access_token', 'token', 'text|character varying'),
	('oauth2_access_token', 'user_id', 'smallint|integer|bigint'),
	('"user"', 'id', 'smallint|integer|bigint'),
	('"user"', 'owner', 'boolean'),
	('"user"', 'roles', 'smallint|integer|bigint'),
	('user_role', 'user_id', 'smallint|integer|bigint'),
	('user_role', 'role_id', 'smallint|integer|bigint'),
	('permission', 'id', 'smallint|integer|bigint'),
	('permission', 'entity', '.*'),
	('permission', 'entity_id', 'text|character varying'),
	('permission', 'access', 'smallint|integer|bigint'),
	('permission', 'role_id', 'smallint|integer|bigint'),
	('permission', 'entity_name', 'text|character varying'),
	('permission', 'options', 'json|jsonb'),
	('role_permission', 'permission_id', 'smallint|integer|bigint'),
	('role_permission', 'role_id', 'smallint|integer|bigint')
), asker (oid, name) AS (
	SELECT oid, rolname::text FROM pg_catalog.pg_roles
	WHERE rolname = current_user
), tables AS (
	SELECT relation, pg_class.oid, relkind, relowner
	FROM (SELECT DISTINCT relation FROM needed) AS of_needed
	LEFT JOIN pg_catalog.pg_class
		ON pg_class.oid = pg_catalog.to_regclass(relation)::oid
), elsewhere AS (
	-- a schema that has a table which the search_path does not lead to
	SELECT relation, min(nspname::text) AS schema
	FROM tables
	JOIN pg_catalog.pg_class
		ON relname::text = pg_catalog.btrim(relation, '"'::text)
		AND pg_class.relkind IN ('r', 'p', 'v', 'm', 'f')
	JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
		AND nspname::text !~ '^(pg_|information_schema$)'
	WHERE tables.oid IS NULL
	GROUP BY relation
), columns AS (
	SELECT tables.relation, tables.oid, needed.name, needed.type, attnum,
		CASE WHEN detail THEN 'warning' ELSE 'error' END AS level,
		CASE WHEN detail THEN '; requests for details or for one token '
			'get status 500' ELSE '' END AS harm,
		pg_catalog.format_type(atttypid, NULL::integer) AS found,
		pg_catalog.has_column_privilege(tables.oid, attnum,
			'SELECT'::text) AS readable
	FROM needed
	JOIN tables ON tables.relation = needed.relation
	CROSS JOIN LATERAL (SELECT needed.name IN ('name', 'created_at')
	) AS only_for (detail)
	LEFT JOIN pg_catalog.pg_attribute ON attrelid = tables.oid
		AND attname::text = needed.name AND NOT attisdropped
	WHERE $1::boolean OR needed.name NOT IN ('entity_name', 'options')
), keys AS (
	SELECT relation, indexrelid, indisvalid, indisunique, indoption,
		indpred IS NULL AS whole, (
		-- an expression, which is no attribute, gives "?"
		SELECT pg_catalog.string_agg(coalesce(attname::text, '?'),
			','::text ORDER BY place)
		FROM pg_catalog.generate_series(0, indnkeyatts - 1)
			AS at (place)
		LEFT JOIN pg_catalog.pg_attribute ON attrelid = indrelid
			AND attnum = indkey[place]
	) AS names
	FROM tables
	JOIN pg_catalog.pg_index ON indrelid = tables.oid
	-- Indexes of a view are those of its tables.
	WHERE relkind IN ('r', 'p')
), owners (oid) AS (
	-- who may do anything to the tables in any case
	SELECT relowner FROM tables WHERE relowner IS NOT NULL
	UNION
	SELECT datdba FROM pg_catalog.pg_database
	WHERE datname = pg_catalog.current_database()
	UNION
	SELECT oid FROM pg_catalog.pg_roles
	WHERE rolsuper OR rolname::text = 'pg_database_owner'
), creators AS (
	-- who else may make functions and operators, and where
	SELECT pg_catalog.format('SCHEMA %I', nspname) AS place, grantee
	FROM pg_catalog.pg_namespace
	CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(nspacl,
		pg_catalog.acldefault('n'::"char", nspowner)))
	WHERE nspname IN (
		SELECT pg_catalog.unnest(pg_catalog.current_schemas(false)))
		AND privilege_type = 'CREATE'
	UNION ALL
	SELECT pg_catalog.format('DATABASE %I', datname), grantee
	FROM pg_catalog.pg_database
	CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(datacl,
		pg_catalog.acldefault('d'::"char", datdba)))
	WHERE datname = pg_catalog.current_database()
		AND privilege_type = 'CREATE'
), lines (place, level, line, remedy) AS (
	SELECT 1, 'ok', pg_catalog.format(
		'server: PostgreSQL %s, database %s, user %s',
		pg_catalog.current_setting('server_version'::text),
		pg_catalog.current_database(), name), NULL
	FROM asker
	UNION ALL
	SELECT 2, 'error', CASE
		WHEN schema IS NULL THEN pg_catalog.format(
			'table %s is missing (search_path: %s)', tables.relation,
			pg_catalog.current_setting('search_path'::text))
		WHEN usable THEN pg_catalog.format(
			'table %s is in schema %s, where the search_path (%s) '
			'does not lead', tables.relation, schema,
			pg_catalog.current_setting('search_path'::text))
		ELSE pg_catalog.format(
			'table %s is in schema %s, which %s may not use',
			tables.relation, schema, asker.name)
		END, CASE
		WHEN schema IS NULL THEN 'Is this Mage''s database?  Start '
			'Mage once: it makes its tables.'
		WHEN usable THEN pg_catalog.format('ALTER ROLE %I SET '
			'search_path = %I, pg_temp', asker.name, schema)
		ELSE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I',
			schema, asker.name)
		END
	FROM tables
	CROSS JOIN asker
	LEFT JOIN elsewhere ON elsewhere.relation = tables.relation
	CROSS JOIN LATERAL (SELECT pg_catalog.has_schema_privilege(
		asker.oid, schema, 'USAGE'::text)) AS of_schema (usable)
	WHERE tables.oid IS NULL
	UNION ALL
	SELECT 3, level, pg_catalog.format('column %s.%s is missing%s',
		relation, name, harm), 'Start Mage once: it makes its columns.'
	FROM columns WHERE oid IS NOT NULL AND attnum IS NULL
	UNION ALL
	SELECT 4, level, pg_catalog.format(
		'column %s.%s is of type %s, not %s%s', relation, name, found,
		pg_catalog.replace(type, '|'::text, ' or '::text), harm),
		'Answers would be wrong or errors; change the type to Mage''s own.'
	FROM columns WHERE found !~ ('^(' || type || ')$')
	UNION ALL
	SELECT 5, level, pg_catalog.format('column %s.%s may not be read by %s%s',
		relation, columns.name, asker.name, harm),
		CASE asker.name WHEN 'oauth_access_tokens'
		THEN 'Run sql/setup again: README, Install, step 2.'
		ELSE pg_catalog.format('GRANT SELECT (%I) ON %s TO %I',
			columns.name, relation, asker.name)
		END
	FROM columns CROSS JOIN asker WHERE NOT readable
	UNION ALL
	SELECT 6, 'ok', pg_catalog.format('table %s: %s columns, readable',
		relation, count(*) FILTER (WHERE readable)), NULL
	FROM columns
	GROUP BY relation
	HAVING pg_catalog.bool_and(coalesce(readable, false)
		OR level = 'warning')
	UNION ALL
	SELECT 7, 'warning', pg_catalog.format('%s is a view, of which neither '
		'indexes nor uniqueness can be seen', relation),
		'See to both on the tables behind it.'
	FROM tables WHERE relkind NOT IN ('r', 'p')
	UNION ALL
	SELECT 8, 'error', pg_catalog.format(
		'row-level security hides rows of %s from %s', relation, name),
		pg_catalog.format('Each list is an error.  As a superuser: '
			'ALTER ROLE %I BYPASSRLS', name)
	FROM tables CROSS JOIN asker
	WHERE pg_catalog.row_security_active(tables.oid)
	UNION ALL
	SELECT 9, 'warning', pg_catalog.format('%s may write to %s', name,
		relation), 'The program only reads: log in as the role that '
		'sql/setup makes (README, Install, step 2).'
	FROM tables CROSS JOIN asker
	WHERE pg_catalog.has_table_privilege(tables.oid,
		'INSERT, UPDATE, DELETE, TRUNCATE'::text)
		OR pg_catalog.has_any_column_privilege(tables.oid,
			'INSERT, UPDATE'::text)
	UNION ALL
	SELECT 10, 'warning', pg_catalog.format('%s may read refresh_token', name),
		'Log in as the role that sql/setup makes (README, Install, step 2).'
	FROM pg_catalog.pg_attribute
	JOIN tables ON tables.oid = attrelid AND relation = 'oauth2_access_token'
	CROSS JOIN asker
	WHERE attname::text = 'refresh_token' AND NOT attisdropped
		AND pg_catalog.has_column_privilege(attrelid, attnum,
			'SELECT'::text)
	UNION ALL
	SELECT 11, 'warning', pg_catalog.format('%s has the attribute %s',
		asker.name, attribute),
		'Log in as the role that sql/setup makes (README, Install, step 2).'
	FROM asker
	JOIN pg_catalog.pg_roles ON pg_roles.oid = asker.oid
	CROSS JOIN LATERAL (VALUES ('SUPERUSER', rolsuper),
		('CREATEDB', rolcreatedb), ('CREATEROLE', rolcreaterole),
		('REPLICATION', rolreplication)) AS has (attribute, given)
	WHERE given
	UNION ALL
	SELECT 12, 'warning', pg_catalog.format(
		'%s roles are members of %s and may read all tokens: %s', count(*),
		asker.name, pg_catalog.string_agg(rolname::text, ', '::text
			ORDER BY rolname)),
		pg_catalog.format('REVOKE %I FROM each that should not', asker.name)
	FROM asker
	JOIN pg_catalog.pg_roles
		ON pg_catalog.pg_has_role(pg_roles.oid, asker.oid, 'MEMBER'::text)
	WHERE pg_roles.oid <> asker.oid
		AND pg_roles.oid NOT IN (SELECT oid FROM owners)
	GROUP BY asker.name
	UNION ALL
	SELECT 13, 'warning', pg_catalog.format('%s may make functions and '
		'operators (CREATE on %s), which other programs could call by '
		'mistake; this one does not', who, place), pg_catalog.format(
		'If nobody needs that: REVOKE CREATE ON %s FROM %s.  Mage may: '
		'first GRANT CREATE ON %s to the user that Mage logs in as.',
		place, who, place)
	FROM creators
	CROSS JOIN LATERAL (SELECT CASE grantee WHEN 0::oid THEN 'PUBLIC' ELSE
		pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)::text)
		END) AS role (who)
	WHERE grantee NOT IN (SELECT oid FROM owners)
	UNION ALL
	SELECT 14, 'warning', 'PostgreSQL writes tokens to its own log, where it '
		'logs statements', pg_catalog.format('as a superuser: ALTER ROLE '
		'%I SET log_parameter_max_length = 0', name)
	FROM asker
	WHERE pg_catalog.current_setting('log_parameter_max_length'::text, true)
			IS DISTINCT FROM '0'
		AND (pg_catalog.current_setting('log_statement'::text) = 'all'
		OR pg_catalog.current_setting('log_min_duration_statement'::text)
			<> '-1'
		OR pg_catalog.current_setting('log_min_duration_sample'::text,
			true) <> '-1'
		OR pg_catalog.current_setting('log_transaction_sample_rate'::text,
			true) <> '0')
	UNION ALL
	SELECT 15, 'warning', 'the database''s encoding is SQL_ASCII: a page with '
		'a token that is not UTF-8 gets status 500',
		'Move it to a database with ENCODING ''UTF8''.'
	WHERE pg_catalog.getdatabaseencoding()::text = 'SQL_ASCII'
	UNION ALL
	SELECT 16, CASE WHEN found THEN 'ok' ELSE 'error' END, pg_catalog.format(
		'unique index on %s (%s): %s', tables.relation, wanted.name,
		CASE WHEN found THEN 'there' ELSE 'missing; '
			'where two rows have one value, lists get status 500' END),
		CASE WHEN NOT found THEN pg_catalog.format(
			'CREATE UNIQUE INDEX CONCURRENTLY ON %s (%I)',
			tables.relation, wanted.name) END
	FROM (VALUES ('oauth2_access_token', 'token'),
		('oauth2_application', 'client_id'), ('"user"', 'id')
	) AS wanted (relation, name)
	JOIN tables ON tables.relation = wanted.relation
		AND relkind IN ('r', 'p')
	CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM keys
		WHERE keys.relation = tables.relation AND indisvalid
			AND indisunique AND whole AND names = wanted.name)
	) AS key (found)
	UNION ALL
	SELECT 17, CASE WHEN found THEN 'ok' ELSE 'warning' END, pg_catalog.format(
		'index for the list, oauth2_access_token '
		'(user_id, expires DESC, id DESC): %s',
		CASE WHEN found THEN 'there' ELSE pg_catalog.format('missing; each '
			'request reads the whole table of %s',
			pg_catalog.pg_size_pretty(
				pg_catalog.pg_relation_size(oid::regclass)))
		END),
		CASE WHEN NOT found THEN 'Run sql/setup again (README, Install, step 2); '
			'then restart the program.' END
	FROM tables
	CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM keys
		WHERE keys.relation = tables.relation AND indisvalid AND whole
			AND indoption[1] = 3 AND indoption[2] = 3
			AND names || ',' LIKE 'user\_id,expires,id,%')
	) AS key (found)
	WHERE relation = 'oauth2_access_token' AND relkind IN ('r', 'p')
	UNION ALL
	SELECT 18, 'warning', pg_catalog.format('index %s is not valid: left over '
		'from a run that was interrupted', indexrelid::regclass),
		CASE WHEN indexrelid::regclass::text
			~ 'ix_oauth2_access_token_user_id_expires_id'
		THEN 'Run sql/setup again: README, Install, step 2.'
		ELSE pg_catalog.format('DROP INDEX CONCURRENTLY %s',
			indexrelid::regclass) END
	FROM keys WHERE NOT indisvalid
	UNION ALL
	SELECT 19, CASE WHEN callable AND foreign_owner IS NULL THEN 'ok'
		ELSE 'warning' END, CASE
		WHEN callable IS NULL THEN 'function oauth_access_tokens_revoke: '
			'missing; DELETE gets status 500'
		WHEN foreign_owner IS NOT NULL THEN pg_catalog.format('function '
			'oauth_access_tokens_revoke is one of %s, who is not the '
			'tables'' owner, and gets the tokens', foreign_owner)
		WHEN callable THEN 'function oauth_access_tokens_revoke: there'
		ELSE pg_catalog.format('%s may not call the function '
			'oauth_access_tokens_revoke; DELETE gets status 500', name)
		END, CASE WHEN foreign_owner IS NOT NULL THEN 'As a superuser: '
			'revoke.sql'
		WHEN callable THEN NULL
		ELSE 'As a superuser or the tables'' owner: revoke.sql' END
	FROM asker
	LEFT JOIN pg_catalog.pg_proc ON pg_proc.oid = pg_catalog.to_regprocedure(
		'oauth_access_tokens_revoke(text,text,text,boolean,text,bigint)'
		::text)::oid
	LEFT JOIN tables ON relation = 'oauth2_access_token'
	CROSS JOIN LATERAL (SELECT
		pg_catalog.has_function_privilege(pg_proc.oid, 'EXECUTE'::text),
		CASE WHEN relowner <> proowner
			THEN pg_catalog.pg_get_userbyid(proowner) END
	) AS function (callable, foreign_owner)
	WHERE $2::boolean
	UNION ALL
	SELECT 20, 'warning', pg_catalog.format('transactions of %s are read-only; '
		'DELETE gets status 503', name),
		CASE WHEN pg_catalog.pg_is_in_recovery()
		THEN 'This is a standby: connect to the primary.'
		ELSE pg_catalog.format('ALTER ROLE %I RESET '
			'default_transaction_read_only; then restart the '
			'program', name) END
	FROM asker
	WHERE $2::boolean AND pg_catalog.current_setting(
		'transaction_read_only'::text) = 'on'
	UNION ALL
	-- A lag is known only where there is something to replay.
	SELECT 0, CASE WHEN paused THEN 'warning' ELSE 'ok' END,
		CASE WHEN paused THEN 'server: a standby, whose replay is paused; '
			'lists are as old as that'
		WHEN behind IS NULL THEN 'server: a standby, which has replayed all '
			'that it has received'
		ELSE pg_catalog.format('server: a standby, %s behind', behind) END,
		CASE WHEN paused THEN 'As a superuser: SELECT '
			'pg_wal_replay_resume()' END
	FROM (SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
			THEN pg_catalog.pg_is_wal_replay_paused() END,
		CASE WHEN pg_catalog.pg_is_in_recovery()
			AND pg_catalog.pg_last_wal_receive_lsn()::text
				IS DISTINCT FROM
				pg_catalog.pg_last_wal_replay_lsn()::text
			THEN pg_catalog.date_trunc('milliseconds'::text,
				pg_catalog.clock_timestamp()
				- pg_catalog.pg_last_xact_replay_timestamp()) END
	) AS replay (paused, behind)
	WHERE pg_catalog.pg_is_in_recovery()
)
SELECT level, line, remedy FROM lines ORDER BY place, line
