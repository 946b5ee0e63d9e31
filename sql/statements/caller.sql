-- caller.sql - who asks, and may they read?  One row (user_id, token_id,
-- outcome); token_id is the row of the token that the request carries.  list.sql
-- says what the parameters and the outcomes are.
--
-- Every statement that answers a caller includes this text, so that there is
-- one authentication.

SELECT owner.id AS user_id, credential.id AS token_id,
	CASE
	WHEN application.id IS NULL THEN 'invalid_api_key'
	WHEN credential.id IS NULL THEN 'invalid_oauth_token'
	WHEN owner.id IS NULL OR credential.expires IS NULL
	    OR credential.expires < now() THEN 'expired_oauth_token'
	WHEN (
		-- @include reader_roles only roles
		-- @include reader_permissions only permissions
	) THEN 'ok'
	ELSE 'unauthorized_access'
	END AS outcome
FROM (VALUES ($1::text, $2::text)) AS sent (client_id, token)
LEFT JOIN oauth2_application AS application
	ON application.client_id::text = sent.client_id
LEFT JOIN oauth2_access_token AS credential
	ON credential.token::text = sent.token
	AND credential.oauth2_application_id = application.id
LEFT JOIN "user" AS owner ON owner.id = credential.user_id
OFFSET 0 -- decide once: the planner must not copy the CASE about
