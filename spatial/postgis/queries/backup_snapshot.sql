-- The name under which pg_dump sees what this transaction sees.
select pg_export_snapshot()
