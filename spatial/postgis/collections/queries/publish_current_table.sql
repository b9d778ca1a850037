-- The table of the current version. $1 collection id.
select v.table_name
from gisd.collection c
join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
where c.id = $1
