-- Makes or changes the rule of a kind. $1 kind, $2 purposes, $3 roles that read, $4 who
-- does it. Index: primary key.
insert into gisd.track_rule (kind, purposes, readers, changed_by)
values ($1, $2, $3, $4)
on conflict (kind) do update
set purposes = excluded.purposes,
  readers = excluded.readers,
  changed_by = excluded.changed_by,
  changed_at = now()
