-- Which of these events incidents know. $1 to $5 text[]: rule, device, fence, other device, kind;
-- $6 timestamptz[]: at, one element an event. Rows: the number of the event from 1, the incident.
-- Index: incident_event_pkey.
select told.number, known.incident_id
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
  with ordinality as told (rule_id, device_id, fence_id, other_id, kind, at, number)
join gisd.incident_event known
  on known.rule_id = told.rule_id
  and known.device_id = told.device_id
  and known.fence_id = told.fence_id
  and known.other_id = told.other_id
  and known.kind = told.kind
  and known.at = told.at
