-- The tables of all versions. $1 collection id.
select table_name
from gisd.collection_version
where collection_id = $1
