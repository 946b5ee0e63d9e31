-- reader.sql - who reads: what each page begins with, except that of
-- page_scan.sql.
--
-- Unless the outcome is 'ok' there is no reader, and no token is looked at.

FROM (SELECT caller.user_id WHERE caller.outcome = 'ok') AS reader
