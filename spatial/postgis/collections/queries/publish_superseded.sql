-- Versions of a collection that are neither current nor the one a revert goes
-- back to. $1 collection id.
select v.version, v.table_name
from gisd.collection_version v
join gisd.collection c on c.id = v.collection_id
where v.collection_id = $1
  and v.state = 'ready'
  and v.version not in (c.current_version, c.previous_version)
order by v.version
