-- One build of a collection's cells at a time; free at the end of the
-- transaction. $1 collection id.
select pg_try_advisory_xact_lock(1735287656, hashtext($1))
