-- Incidents by their ids. $1 bigint[]. Index: incident_pkey.
select id, revision, coalesce(key, '') as key, title, description, severity, state, certainty, events, rule_id, collection_id, fence_id, device_id, other_id,
  lon, lat, assignee, occurred_at, last_at, opened_by, opened_at, changed_by, changed_at
from gisd.incident
where id = any($1)
order by id
