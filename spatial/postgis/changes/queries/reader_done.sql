-- A reader of the cluster has done all up to a position, of which everybody
-- hears. $1 name, $2 bigint.
with done as (
  update gisd.dirty_reader
  set position = $2
  where name = $1
    and position < $2
  returning position
)
select pg_notify('gisd_dirty', '') from done
