-- How many events of an incident stand. $1 bigint: incident. One row: provisional, final.
-- Index: incident_event_incident.
select count(*) filter (where status = 'provisional'), count(*) filter (where status = 'final')
from gisd.incident_event
where incident_id = $1
  and opens
