-- details.sql - the columns that details add to a row of list:
--
--   created_at      timestamptz  may be NULL
--   application_id  bigint       NULL: the token has no application
--   client_id       text         the application's; may be NULL
--   name            text         the application's; may be NULL
--   fingerprint     text         "sha256~" and SHA-256 of the token's bytes in
--                                UTF-8, in base64url without padding (RFC 4648,
--                                section 5); NULL where the token is
--   current         boolean      is it the token that the request carries?
--   expired         boolean      does the active list leave it out?

, list.created_at::timestamptz, application.id::bigint AS application_id,
application.client_id::text, application.name::text,
-- In UTF-8 translate() takes twice as long as these three together.
'sha256~'::text || replace(replace(replace(encode(
	sha256(convert_to(list.token::text, 'UTF8'::name)), 'base64'::text),
	'+'::text, '-'::text), '/'::text, '_'::text), '='::text, ''::text)
	AS fingerprint,
list.id = caller.token_id AS current,
(list.expires > now()) IS NOT TRUE AS expired
