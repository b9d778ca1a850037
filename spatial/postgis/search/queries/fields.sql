-- The field that names features, of each collection that has one: id, table of
-- the current version in schema data, and the field.
select c.id, v.table_name, f.name, f.column_name, f.type
from gisd.collection c
join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
join gisd.field f
  on f.collection_id = v.collection_id
  and f.version = v.version
  and f.name = c.search_field
order by c.id
