-- Waits until this session is the only one that migrates this database.
-- 1735287652 is "gisd" in ASCII, the class of all our advisory locks.
select pg_advisory_lock(1735287652, 0)
