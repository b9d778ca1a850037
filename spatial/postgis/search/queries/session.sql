-- A transaction that builds an index: it may take its time, but does not stand in
-- the way of writers while it waits for others.
select
  set_config('statement_timeout', '0', true),
  set_config('lock_timeout', '2s', true),
  set_config('maintenance_work_mem', '256MB', true)
