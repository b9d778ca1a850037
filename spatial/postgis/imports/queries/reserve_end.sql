-- Gives everything back that the session has taken. No parameters.
select pg_advisory_unlock_all()
