-- Makes a version the current one. One row comes back, none when the version is
-- not there or is older than the current one.
-- $1 collection id, $2 version. Index: primary keys.
with ready as (
  update gisd.collection_version
  set state = 'ready'
  where collection_id = $1
    and version = $2
  returning table_name
)
update gisd.collection
set previous_version = current_version,
  current_version = $2,
  last_version = greatest(last_version, $2),
  updated_at = clock_timestamp()
from ready
where id = $1
  and current_version < $2
returning ready.table_name
