-- The versions that are kept, the newest first, with the imports that made them.
-- $1 collection id.
select
  v.version, v.version = c.current_version, v.created_at,
  v.geometry_type, v.srid, v.feature_count,
  (select count(*) from gisd.edit e where e.collection_id = v.collection_id and e.version = v.version),
  coalesce(i.changed_by, ''), coalesce(i.mode, ''), coalesce(i.source_name, ''),
  coalesce(i.source_layer, ''), coalesce(i.source_bytes, 0), coalesce(i.source_sha256, ''),
  coalesce(i.format, ''), coalesce(i.encoding, ''), coalesce(i.crs, ''),
  coalesce(i.crs_reason, ''), coalesce(i.mapping, ''), i.started_at, coalesce(i.seconds, 0),
  coalesce(i.features_read, 0), coalesce(i.features_rejected, 0), coalesce(i.features_repaired, 0),
  coalesce(i.features_inserted, 0), coalesce(i.features_updated, 0),
  coalesce(i.features_unchanged, 0), coalesce(i.features_deleted, 0), i.report -> 'changes'
from gisd.collection c
join gisd.collection_version v on v.collection_id = c.id
left join gisd.import i on i.id = v.import_id
where c.id = $1
  and v.state = 'ready'
order by v.version desc
