-- A session that builds indexes: it may take its time, but gives up on the waits for
-- others, who may hold a snapshot for as long as they read.
select
  set_config('statement_timeout', '0', false),
  set_config('lock_timeout', '5s', false),
  set_config('maintenance_work_mem', '256MB', false)
