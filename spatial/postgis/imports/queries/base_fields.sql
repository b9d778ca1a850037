-- The fields of a version, in order. $1 collection id, $2 version.
select name, column_name, type, title_vi, title_en, unit, code_list_id
from gisd.field
where collection_id = $1
  and version = $2
order by ordinal
