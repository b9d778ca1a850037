-- Incidents, those opened last first. $1 text[]: states, $2 text[]: severities, none being
-- any; $3 text: assignee, $4 text: device, $5 text: rule, '' for any; $6, $7 timestamptz: opened
-- not before, before, null for any; $8 float8[]: minlon, minlat, maxlon, maxlat in degrees, null for
-- any; $9 integer: how many. Index: incident_opened.
select id, revision, coalesce(key, '') as key, title, description, severity, state, certainty, events, rule_id, collection_id, fence_id, device_id, other_id,
  lon, lat, assignee, occurred_at, last_at, opened_by, opened_at, changed_by, changed_at
from gisd.incident
where (cardinality($1::text[]) = 0 or state = any($1))
  and (cardinality($2::text[]) = 0 or severity = any($2))
  and ($3 = '' or assignee = $3)
  and ($4 = '' or device_id = $4 or other_id = $4)
  and ($5 = '' or rule_id = $5)
  and ($6::timestamptz is null or opened_at >= $6)
  and ($7::timestamptz is null or opened_at < $7)
  and ($8::float8[] is null
    or lat between ($8)[2] and ($8)[4]
      and case when ($8)[1] <= ($8)[3] then lon between ($8)[1] and ($8)[3] else lon >= ($8)[1] or lon <= ($8)[3] end)
order by opened_at desc, id desc
limit $9
