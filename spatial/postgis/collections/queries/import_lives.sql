-- Whether a living import into a collection is under way; one that died is held
-- to the end of the transaction, so that nobody tidies it up meanwhile. Call it
-- under import_serialize.sql, so that none begins. $1 collection id.
-- Index: none, few rows are running.
select coalesce(bool_or(not pg_try_advisory_xact_lock(1735287652, (id % 2147483647)::integer)), false)
from gisd.import
where collection_id = $1
  and state = 'running'
