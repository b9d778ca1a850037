-- An incident knows an event, with what was told of it last. text: $1 rule, $2 device, $3 fence,
-- $4 other device, $5 kind; $6 timestamptz: at; $7 bigint: incident; $8 boolean: opens; $9 text: status.
-- Index: incident_event_pkey.
insert into gisd.incident_event (rule_id, device_id, fence_id, other_id, kind, at, incident_id, opens, status)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (rule_id, device_id, fence_id, other_id, kind, at) do update
set status = excluded.status
