-- The table, in schema data, of a collection's current version. $1 text: its id.
select v.table_name
from gisd.collection c
join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
where c.id = $1
