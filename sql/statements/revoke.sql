-- revoke.sql - the statement that answers DELETE: it calls the function that
-- sql/revoke.sql makes, which authenticates the caller and ends tokens of theirs.
--
-- @statement prepared
-- $1 text     the API key, one of the allowed client ids
-- $2 text     the caller's token
-- $3 text     the project whose permissions count; NULL: any project
-- $4 boolean  does Mage decide by permission (REQUIRE_USER_PERMISSIONS)?
-- $5 text     which tokens: 'one', 'current', 'others' or 'all'
-- $6 bigint   the row of 'one'; else NULL
--
-- The statement gives one row:
--
--   outcome  text     as in list.sql
--   found    boolean  has the caller such a token?
--   count    bigint   how many tokens were ended
--   user_id  bigint   the caller; NULL unless 'ok'

SELECT outcome, found, count,
	CASE WHEN outcome = 'ok' THEN (
		-- The function has found one row with this token.
		SELECT min(user_id::bigint)
		FROM oauth2_access_token
		WHERE token::text = $2::text
	) END AS user_id
FROM oauth_access_tokens_revoke(
	$1::text, $2::text, $3::text, $4::boolean, $5::text, $6::bigint)
