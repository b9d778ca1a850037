-- Completes a version before it is published. $1 collection id, $2 version,
-- $3 geometry type, $4 id kind, $5 id source, $6 id field, $7 features, $8 those
-- of them without geometry, $9 min lon, $10 min lat, $11 max lon, $12 max lat:
-- SRID 4326, degrees, null without features. The edits that were carried over are
-- among the features.
update gisd.collection_version
set geometry_type = $3,
  id_kind = $4,
  id_source = $5,
  id_field = $6,
  feature_count = $7,
  without_geometry = $8,
  min_lon = $9,
  min_lat = $10,
  max_lon = $11,
  max_lat = $12,
  created_at = clock_timestamp(),
  edits_counted = (
    select coalesce(sum(case e.operation when 'insert' then 1 else -1 end), 0)
    from gisd.edit e
    where e.collection_id = $1
      and e.version = $2
      and e.operation <> 'update'
  )
where collection_id = $1
  and version = $2
