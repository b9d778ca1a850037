-- A session that loads: it may use the machine, and notices within a second
-- when its client is gone.
select
  set_config('statement_timeout', '0', false),
  set_config('max_parallel_workers_per_gather', '2', false),
  set_config('max_parallel_maintenance_workers', '2', false),
  set_config('maintenance_work_mem', '256MB', false),
  set_config('client_min_messages', 'warning', false),
  set_config('client_connection_check_interval', '1s', false),
  set_config('backend_flush_after', '2MB', false), -- what a COPY wrote is on its way to the disk before the commit waits for it
  set_config('default_toast_compression', coalesce((
    select 'lz4'
    from pg_settings
    where name = 'default_toast_compression'
      and 'lz4' = any (enumvals)), current_setting('default_toast_compression')), false)
