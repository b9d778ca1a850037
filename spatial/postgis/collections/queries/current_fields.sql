-- The fields of the current version, with its table. $1 collection id.
select v.table_name, f.name, f.column_name, f.type
from gisd.collection c
join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
join gisd.field f
  on f.collection_id = v.collection_id
  and f.version = v.version
where c.id = $1
order by f.ordinal
