-- reader_total.sql - who reads, and how many tokens the whole list has: what
-- page_near.sql and page_far.sql begin with.
--
-- Unless the outcome is 'ok' there is no reader, and no token is looked at.

FROM (SELECT caller.user_id WHERE caller.outcome = 'ok') AS reader
CROSS JOIN LATERAL (
	SELECT count(*)
	FROM oauth2_access_token AS counted
	WHERE counted.user_id = reader.user_id
		AND counted.expires > now() -- @only active
) AS total
