-- The fields of every current version. Index: primary key of gisd.field.
select
  f.collection_id, f.name, f.column_name, f.type,
  f.title_vi, f.title_en, f.unit, f.code_list_id
from gisd.field f
join gisd.collection c
  on c.id = f.collection_id
  and c.current_version = f.version
order by f.collection_id, f.ordinal
