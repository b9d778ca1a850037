-- The timeline of an incident. $1 bigint: incident, $2 bigint: behind this entry, $3 integer: how
-- many. Index: incident_entry_incident.
select seq, at, by, kind, detail
from gisd.incident_entry
where incident_id = $1
  and seq > $2
order by seq
limit $3
