-- A new incident, unless one of its key is active. $1 text: key or null, text: $2 title,
-- $3 description, $4 severity, $5 certainty; $6 bigint: events; text: $7 rule, $8 collection, $9 fence, $10 device,
-- $11 other device; float8: $12 lon, $13 lat in degrees; $14 text: assignee; timestamptz: $15 occurred, $16 last;
-- $17 text: who; $18 timestamptz: now. One row: id; none where one is active. Index: incident_active.
insert into gisd.incident
  (key, title, description, severity, certainty, events, rule_id, collection_id, fence_id, device_id, other_id, lon, lat, assignee,
  occurred_at, last_at, opened_by, opened_at, changed_by, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $17, $18)
on conflict (key) where state in ('open', 'acknowledged', 'in_progress') do nothing
returning id
