-- Tables that an import was making. $1 import id.
select table_name
from gisd.collection_version
where import_id = $1
  and state = 'staging'
