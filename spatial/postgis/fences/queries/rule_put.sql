-- Keeps a rule, in the place of one of its id.
-- $1 text: id, $2 jsonb: definition, $3 text: who.
insert into gisd.live_rule (id, definition, changed_by)
values ($1, $2, $3)
on conflict (id) do update
set definition = excluded.definition, changed_by = excluded.changed_by, changed_at = clock_timestamp()
