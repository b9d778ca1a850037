-- Has one node at a time make the small scales of a build; free at the end of the
-- transaction. $1 pyramid.
select pg_try_advisory_xact_lock(1735287659, hashtext('small scales ' || $1::bigint))
