-- Where a reader of the cluster goes on; a new one begins with all that is there.
-- $1 name. One row: the position.
with made as (
  insert into gisd.dirty_reader (name, position)
  select $1, forgotten
  from gisd.dirty_state
  on conflict (name) do nothing
  returning position
)
select position from made
union all
select position from gisd.dirty_reader where name = $1
limit 1
