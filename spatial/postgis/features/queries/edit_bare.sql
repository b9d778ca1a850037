-- Lets every server know that a version has features without geometry, where none
-- was counted: filters by box look for them from then on. $1 collection id,
-- $2 version.
with noticed as (
  update gisd.collection_version
  set without_geometry = 1
  where collection_id = $1
    and version = $2
    and without_geometry = 0
    and geometry_type <> 'none'
  returning collection_id
)
update gisd.collection c
set updated_at = clock_timestamp()
from noticed
where c.id = noticed.collection_id
