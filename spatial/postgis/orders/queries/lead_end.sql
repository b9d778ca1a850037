-- Leaves the building to the next session: the end of this one may take a moment.
select pg_advisory_unlock(1735287662, hashtext('orders'))
