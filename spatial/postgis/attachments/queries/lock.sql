-- Lets one attachment be added at a time, until the transaction ends.
select pg_advisory_xact_lock(1735287661)
