-- The fields of a collection's current version: name, column and type. $1 text: its id.
select f.name, f.column_name, f.type
from gisd.collection c
join gisd.field f
  on f.collection_id = c.id
  and f.version = c.current_version
where c.id = $1
order by f.ordinal
