-- Every collection with its current version, in the order of the layer list.
-- Expects a few thousand rows at most; no index.
select
  c.id, c.title_vi, c.title_en, c.description_vi, c.description_en,
  c.layer_group, c.ordinal, c.keywords, c.licence, c.attribution,
  c.department, c.visibility, c.roles, c.published, c.min_zoom, c.max_zoom,
  c.style, c.search_field, c.time_field, c.locking, c.required_fields, c.created_at, c.updated_at,
  coalesce(v.version, 0), coalesce(v.table_name, ''),
  coalesce(v.geometry_type, 'none'), coalesce(v.dimensions, 'XY'), coalesce(v.srid, 0),
  coalesce(v.id_kind, 'integer'), coalesce(v.id_field, ''), coalesce(v.feature_count, 0),
  coalesce(v.without_geometry, 0),
  v.min_lon, v.min_lat, v.max_lon, v.max_lat,
  coalesce(v.created_at, c.updated_at),
  case
    when v.version is null or v.id_field <> '' or v.id_source in ('field', 'source', 'geometry') then 0
    else coalesce(
      (
        select max(i.version)
        from gisd.import i
        where i.collection_id = c.id
          and i.version <= v.version
          and i.state = 'done'
          and i.mode in ('create', 'replace')
      ), v.version)
  end
from gisd.collection c
left join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
  and v.state = 'ready'
order by c.layer_group, c.ordinal, c.id collate "C"
