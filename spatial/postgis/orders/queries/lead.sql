-- One session builds at a time in all of the cluster, until it ends.
select pg_try_advisory_lock(1735287662, hashtext('orders'))
