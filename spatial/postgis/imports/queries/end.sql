-- Closes an import that did not publish. $1 import id, $2 state, $3 report,
-- $4 features read, $5 rejected.
update gisd.import
set state = $2,
  finished_at = clock_timestamp(),
  report = $3::jsonb,
  features_read = $4,
  features_rejected = $5
where id = $1
  and state = 'running'
