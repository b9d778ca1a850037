-- An incident as it is now. $1 bigint: id, $2 bigint: revision, text: $3 title, $4 description,
-- $5 severity, $6 state, $7 certainty; $8 bigint: events; float8: $9 lon, $10 lat in degrees; $11 text: assignee;
-- $12 timestamptz: last event; $13 text: who; $14 timestamptz: when.
update gisd.incident
set revision = $2, title = $3, description = $4, severity = $5, state = $6, certainty = $7, events = $8, lon = $9, lat = $10,
  assignee = $11, last_at = $12, changed_by = $13, changed_at = $14
where id = $1
