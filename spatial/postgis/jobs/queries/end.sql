-- Ends a running job. The address it came from may hold a secret and goes.
-- $1 id, $2 state, $3 progress, $4 reports, $5 whether there are rejects,
-- $6 code, $7 error, $8 source name.
update gisd.job
set state = $2,
  progress = coalesce($3, progress),
  reports = $4,
  has_rejects = $5,
  code = $6,
  error = $7,
  source_name = $8,
  request = request - 'url',
  finished_at = clock_timestamp()
where id = $1
  and state = 'running'
