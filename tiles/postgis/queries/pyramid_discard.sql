-- Drops the cells of a version and tells readers of it. $1 collection id,
-- $2 version.
with gone as (
  delete from gisd.pyramid
  where collection_id = $1
    and version = $2
  returning collection_id, version
)
update gisd.collection c
set updated_at = clock_timestamp()
from gone
where c.id = gone.collection_id
  and c.current_version = gone.version
