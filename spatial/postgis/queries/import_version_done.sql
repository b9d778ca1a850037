-- Completes a version before it is published. $1 collection id, $2 version,
-- $3 geometry type, $4 id kind, $5 id field, $6 features, $7 those of
-- them without geometry, $8 min lon, $9 min lat, $10 max lon, $11 max lat: SRID
-- 4326, degrees, null without features.
update gisd.collection_version
set geometry_type = $3,
  id_kind = $4,
  id_field = $5,
  feature_count = $6,
  without_geometry = $7,
  min_lon = $8,
  min_lat = $9,
  max_lon = $10,
  max_lat = $11,
  created_at = clock_timestamp()
where collection_id = $1
  and version = $2
