-- caller_brief.sql - who asks, if they may read: the row of caller.sql, or none.
--
-- Whom it lets in, caller.sql lets in too.

SELECT owner.id AS user_id, credential.id AS token_id, 'ok'::text AS outcome
FROM oauth2_application AS application
JOIN oauth2_access_token AS credential
	ON credential.oauth2_application_id = application.id
JOIN "user" AS owner ON owner.id = credential.user_id
WHERE application.client_id::text = $1::text
	AND credential.token::text = $2::text
	AND credential.expires >= now()
	AND (
		-- @include reader_bits only bits
		-- @include reader_attached only attached
		-- @include reader_direct only direct
		owner.owner -- @only owners
	)
