-- check_clients.sql - what --check says about the allowed client ids.
--
-- @statement
-- $1 text  the client ids, separated by commas
--
-- The statement gives one row (level, line, remedy) as check.sql does.

SELECT CASE WHEN registered = 0 THEN 'error'
	WHEN registered = allowed THEN 'ok' ELSE 'warning' END,
	pg_catalog.format('applications: %s of %s allowed client ids registered',
		registered, allowed),
	CASE WHEN registered = 0 THEN 'Start Mage once: it registers its own.  '
		'Where Mage runs with another OAUTH2_APPLICATION_CLIENT_ID, give '
		'that to OAUTH_TOKENS_CLIENT_ID.'
	WHEN registered < allowed THEN 'Take those that Mage does not have '
		'out of OAUTH_TOKENS_CLIENT_ID.' END
FROM (
	SELECT count(*) AS allowed, count(*) FILTER (
		WHERE application.id IS NOT NULL) AS registered
	FROM pg_catalog.unnest(
		pg_catalog.string_to_array($1::text, ','::text)) AS list (id)
	LEFT JOIN oauth2_application AS application
		ON application.client_id::text = pg_catalog.btrim(list.id)
) AS counted
