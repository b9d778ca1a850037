-- A merge compares two whole tables: it hashes, does not sort, and may use every
-- core, whatever the planner thinks of tables that nobody has analyzed.
select
  set_config('work_mem', '96MB', true),
  set_config('parallel_setup_cost', '0', true),
  set_config('parallel_tuple_cost', '0', true),
  set_config('enable_mergejoin', 'off', true),
  set_config('enable_nestloop', 'off', true)
