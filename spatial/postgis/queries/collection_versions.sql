-- The versions that are kept, the newest first. $1 collection id.
select
  v.version, v.version = c.current_version, v.created_at,
  v.geometry_type, v.srid, v.feature_count,
  coalesce(i.source_name, ''), coalesce(i.changed_by, '')
from gisd.collection c
join gisd.collection_version v on v.collection_id = c.id
left join gisd.import i on i.id = v.import_id
where c.id = $1
  and v.state = 'ready'
order by v.version desc
