-- check_clients.sql - what --check says of the allowed client ids.
--
--   $1 text  the client ids, separated by commas
--
-- Gives one row (level, line) as check.sql does.

SELECT CASE count(application.id) WHEN 0 THEN 'error'
	WHEN count(*) THEN 'ok' ELSE 'warning' END,
	format('applications: %s of %s allowed client ids registered',
		count(application.id), count(*))
FROM string_to_array($1::text, ',') AS list (ids)
CROSS JOIN LATERAL unnest(ids) AS allowed (id)
LEFT JOIN oauth2_application AS application
	ON application.client_id = trim(allowed.id)
