-- A merge compares two whole tables: it hashes and does not sort.
select
  set_config('work_mem', '96MB', true),
  set_config('enable_mergejoin', 'off', true),
  set_config('enable_nestloop', 'off', true)
