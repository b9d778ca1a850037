-- The current version of a collection. $1 collection id.
select
  v.version, v.geometry_type, v.dimensions, v.srid, v.id_kind, v.id_source,
  v.id_field, v.feature_count, e.count, e.last,
  (
    select count(*)
    from gisd.attachment a
    where a.collection_id = c.id
      and a.gone_at is null
      and a.ids = gisd.meaning_of_ids(c.id)
  )
from gisd.collection c
join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
cross join lateral (
  select count(*) as count, coalesce(max(last_at), 'epoch') as last
  from gisd.edit
  where collection_id = c.id
    and version = v.version
) e
where c.id = $1
