-- Closes an import that is published. $1 import id, $2 report, $3 sha-256,
-- $4 read, $5 loaded, $6 rejected, $7 repaired, $8 encoding, $9 crs,
-- $10 inserted, $11 updated, $12 unchanged, $13 deleted, $14 mapping.
update gisd.import
set state = 'done',
  finished_at = clock_timestamp(),
  report = $2::jsonb,
  source_sha256 = $3,
  features_read = $4,
  features_loaded = $5,
  features_rejected = $6,
  features_repaired = $7,
  encoding = $8,
  crs = $9,
  features_inserted = $10,
  features_updated = $11,
  features_unchanged = $12,
  features_deleted = $13,
  mapping = $14,
  seconds = extract(epoch from clock_timestamp() - started_at)
where id = $1
