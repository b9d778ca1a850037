-- A session that loads: it may use the machine, and notices within a second
-- when its client is gone.
select
  set_config('statement_timeout', '0', false),
  set_config('max_parallel_workers_per_gather', '2', false),
  set_config('max_parallel_maintenance_workers', '2', false),
  set_config('maintenance_work_mem', '256MB', false),
  set_config('client_min_messages', 'warning', false),
  set_config('client_connection_check_interval', '1s', false)
