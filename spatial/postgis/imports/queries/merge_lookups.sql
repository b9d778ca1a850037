-- From here on few rows are looked up in large tables. No parameters.
select set_config('enable_nestloop', 'on', true)
