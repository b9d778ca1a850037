-- The active incident of a key, held for the transaction. $1 text: key.
-- Index: incident_active.
select id, revision, coalesce(key, '') as key, title, description, severity, state, certainty, events, rule_id, collection_id, fence_id, device_id, other_id,
  lon, lat, assignee, occurred_at, last_at, opened_by, opened_at, changed_by, changed_at
from gisd.incident
where key = $1
  and state in ('open', 'acknowledged', 'in_progress')
for update
