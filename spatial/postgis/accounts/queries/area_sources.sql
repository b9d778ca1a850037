-- The collections that areas were taken from, with the table of their current
-- version; null where there is none any more.
select distinct a.collection_id, v.table_name
from gisd.area a
left join gisd.collection c on c.id = a.collection_id
left join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
  and v.state = 'ready'
order by a.collection_id
