-- check_projects.sql - what --check says about the project whose permissions
-- count.
--
-- @statement
-- $1 text  the project; NULL: none is set
--
-- The statement gives one row (level, line, remedy) as check.sql does, or none.

SELECT 'warning', CASE WHEN $1::text IS NULL
	THEN 'OAUTH_TOKENS_PROJECT_UUID is not set: who may read any project, may '
		'read tokens'
	ELSE 'no permission is on the project of OAUTH_TOKENS_PROJECT_UUID' END,
	CASE WHEN $1::text IS NULL
	THEN 'Set OAUTH_TOKENS_PROJECT_UUID to project_uuid of Mage''s metadata.yaml.'
	ELSE 'Compare OAUTH_TOKENS_PROJECT_UUID with project_uuid of Mage''s '
		'metadata.yaml.' END
FROM (
	SELECT count(*) AS all_projects, count(*) FILTER (
		WHERE entity_id::text = $1::text) AS this_project
	FROM permission
	WHERE entity::text = 'PROJECT'
) AS counted
WHERE CASE WHEN $1::text IS NULL THEN all_projects > 0
	ELSE this_project = 0 END
