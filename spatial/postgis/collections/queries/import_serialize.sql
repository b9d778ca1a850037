-- One import begins at a time; held to the end of the transaction.
select pg_advisory_xact_lock(1735287653, 0)
