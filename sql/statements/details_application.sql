-- details_application.sql - the application of a row of list, for details.sql.

LEFT JOIN oauth2_application AS application
	ON application.id = list.oauth2_application_id
