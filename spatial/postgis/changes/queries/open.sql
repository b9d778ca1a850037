-- In a database that is not the one which gave the positions (a restored copy,
-- a promoted standby) what was known of earlier ones says nothing: goes on
-- behind all of them.
update gisd.dirty_state s
set position = greatest(s.position, now.micros),
  forgotten = greatest(s.position, now.micros),
  database = here.database
from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as micros) now,
  (
    select format('%s %s %s', system.system_identifier, checkpoint.timeline_id, d.oid) as database
    from pg_control_system() system, pg_control_checkpoint() checkpoint, pg_database d
    where d.datname = current_database()
  ) here
where s.database <> here.database
