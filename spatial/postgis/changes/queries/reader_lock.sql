-- Makes this session the one that does a reader's work. $1 name.
select pg_try_advisory_lock(1735287658, hashtext($1))
