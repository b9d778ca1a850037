-- Has readers use a build: those of the current version are told by the change
-- of the collection. $1 pyramid.
with done as (
  update gisd.pyramid
  set ready = true
  where id = $1
  returning collection_id, version
)
update gisd.collection c
set updated_at = clock_timestamp()
from done
where c.id = done.collection_id
  and c.current_version = done.version
