-- Makes or changes the rule of a kind. $1 kind, $2 days of positions and $3 of
-- readings, null for the server's setting, $4 who does it. Index: primary key.
insert into gisd.device_retention (kind, position_days, reading_days, changed_by)
values ($1, $2, $3, $4)
on conflict (kind) do update
set position_days = excluded.position_days,
  reading_days = excluded.reading_days,
  changed_by = excluded.changed_by,
  changed_at = now()
