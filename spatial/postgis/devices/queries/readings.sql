-- Readings of a device, the newest first. $1 device, $2 name or null for all, $3 first
-- and $4 last time (both inside), $5 how many at most. Index: primary key.
select device_id, name, at, received_at, value, unit, quality
from gisd.device_reading
where device_id = $1
  and ($2::text is null or name = $2)
  and at between $3 and $4
order by at desc, name
limit $5
