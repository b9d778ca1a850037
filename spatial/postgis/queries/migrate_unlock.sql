-- Lets the next one migrate.
select pg_advisory_unlock(1735287652, 0)
