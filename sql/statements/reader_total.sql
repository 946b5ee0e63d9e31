-- reader_total.sql - how many tokens the reader's whole list has.

CROSS JOIN LATERAL (
	SELECT count(*)
	FROM oauth2_access_token AS counted
	WHERE counted.user_id = reader.user_id
		AND counted.expires > now() -- @only active
) AS total
