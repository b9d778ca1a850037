-- Makes this session the one that delivers. One row: whether it is.
select pg_try_advisory_lock(1735287658, hashtext('outbox'))
