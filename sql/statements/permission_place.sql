-- permission_place.sql - is a permission on the project, or, where none is set,
-- on any project or all?

CASE permission.entity::text
WHEN 'PROJECT' THEN $3::text IS NULL OR permission.entity_id::text = $3::text
WHEN 'GLOBAL' THEN $3::text IS NULL
ELSE false END
