-- A name under which other sessions see what this one does, and what that is.
select pg_export_snapshot(), pg_current_snapshot()::text
