-- list.sql - the statement that answers a request for a list: authentication,
-- role, count and page, from one snapshot.
--
-- @statement prepared
-- $1 text     the API key, one of the allowed client ids
-- $2 text     the caller's token
-- $3 text     the project whose permissions count; NULL: any project
-- $4 boolean  did the caller send show_all?  (only in the variant permissions)
-- $5 boolean  are tokens masked?
-- $6 bigint   rows to return, at most
-- $7 bigint   rows to skip  (not in the variant after)
-- $8 timestamptz  expires of a position in the list, behind which the page
--                 begins; NULL: of one that never expires  (only in the
--                 variants after and scan)
-- $9 bigint   id of that position; NULL: there is none  (as $8; never NULL in
--             the variant after)
--
-- Who decides whether the caller may read: their roles, or their permissions,
-- where Mage runs with REQUIRE_USER_PERMISSIONS?  These two variants give every
-- caller a row, which says why somebody may not read.  The others are for
-- callers who may: with inner joins alone they cost PostgreSQL a third less, and
-- anybody else gets no row, so that roles or permissions must be asked next.
-- bits lets in whom the row of "user" lets in; attached and direct callers with a
-- role, mostly, as their files say; owners lets in owners, whom all may by
-- permissions.
-- @variants roles permissions bits attached direct owners
--
-- How are the count and the page found?  near is for the first pages, far for
-- later pages, after for those behind a position, scan for a table in which no
-- index leads to a user's tokens: it gives the same rows as each of the others.
-- @variants near far after scan
-- @unindexed scan
--
-- Which tokens are listed: those that have not expired, or all?
-- @variants active all
--
-- Is the whole list counted?
-- @variants counted uncounted
--
-- What is said of each token?  PostgreSQL checks the rights on all columns that
-- a statement names, so that a role of before role.sql granted those of the
-- details can still ask for plain lists.
-- @variants plain details
--
-- The statement gives one row or more, in no order: the program sorts the page,
-- and a sort here would take up to a tenth of the statement's time.  The first
-- three values are the same in every row:
--
--   outcome  text         'ok', or the type of the error: the first check
--                         that failed; NULL in the brief variants
--   user_id  bigint       the caller; NULL unless 'ok'
--   count    bigint       of the whole list; 0 unless 'ok'; NULL where it is not
--                         counted
--   id       bigint       the token's row; NULL when there is none
--   expires  timestamptz  of that token; may be NULL
--   token    text         may be NULL; see shown_token.sql
--
-- details.sql says which columns details add.
--
-- The tables' names are not qualified, so that search_path finds them in a
-- schema other than public.  The search_path finds operators and functions too,
-- and somebody may be able to create some in one of its schemas; PostgreSQL
-- must not take those.  pg_catalog comes first, but an exact match in any
-- schema wins over a cast.  Therefore each operator and function here has
-- operands of exactly the types that pg_catalog has it for: integers are
-- compared with integers (all pairs of them are there), everything else is
-- cast.
--
-- Every result is cast, so that a migration which changes a column's type
-- cannot change a prepared statement's result.  Nothing depends on a session's
-- settings.

SELECT
	caller.outcome, -- @only roles permissions
	NULL::text AS outcome, -- @only bits attached direct owners
	list.user_id::bigint,
	coalesce(list.count, 0) AS count, -- @only counted
	NULL::bigint AS count, -- @only uncounted
	list.id::bigint, list.expires::timestamptz,
	-- @include shown_token
	-- @include details only details
FROM (
	-- @include caller only roles permissions
	-- @include caller_brief only bits attached direct owners
) AS caller
LEFT JOIN LATERAL ( -- @only roles permissions
CROSS JOIN LATERAL ( -- @only bits attached direct owners
	-- @include page_near only near
	-- @include page_far only far
	-- @include page_after only after
	-- @include page_scan only scan
) AS list
	ON true -- @only roles permissions
-- @include details_application only details
