-- Events, the newest first.
-- $1 text: rule, $2 text: device, $3 timestamptz: not before, $4 timestamptz: before,
-- null for any; $5 integer: how many. Index: live_event_at.
select rule_id, collection_id, fence_id, device_id, other_id, kind, at, since, lon, lat, value, road, status, correction
from gisd.live_event
where ($1::text is null or rule_id = $1)
  and ($2::text is null or device_id = $2 or other_id = $2)
  and ($3::timestamptz is null or at >= $3)
  and ($4::timestamptz is null or at < $4)
order by at desc, device_id, rule_id, fence_id, other_id, kind
limit $5
