-- details.sql - the columns that details add to a row of list:
--
--   created_at  timestamptz  may be NULL
--   client_id   text         the application's; may be NULL
--   name        text         the application's; may be NULL; where both are,
--                            the token has no application that says who it is
--   digest      bytea        SHA-256 of the token's bytes in UTF-8; NULL where
--                            the token is
--   current     boolean      is it the token that the request carries?
--   expired     boolean      does the active list leave it out?

, list.created_at::timestamptz,
application.client_id::text, application.name::text,
sha256(convert_to(list.token::text, 'UTF8'::name)) AS digest,
list.id = caller.token_id AS current,
(list.expires > now()) IS NOT TRUE AS expired
