-- Closes an import that is published. $1 import id, $2 report, $3 sha-256,
-- $4 read, $5 loaded, $6 rejected, $7 repaired, $8 encoding, $9 crs.
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
  crs = $9
where id = $1
