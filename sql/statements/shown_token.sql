-- shown_token.sql - the token of a row of list, as the caller is to see it: whole;
-- or, where tokens are masked ($5), its first characters, 8 at most and never
-- more than a quarter, and nothing of one that is shorter than 16.  The program
-- adds the "...", which not every encoding of a database has.
--
-- It is masked here so that the rest never leaves the database server.

CASE
WHEN NOT $5::boolean THEN list.token::text
WHEN length(list.token::text) < 16 THEN ''::text
ELSE left(list.token::text, least(8, length(list.token::text) / 4))
END AS token
