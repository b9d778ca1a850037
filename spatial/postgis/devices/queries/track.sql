-- Positions of a device in the order of their times, a page. $1 device, $2 and $3
-- timestamptz: later than and up to, $4 with those held from the map (live.FlagHeld),
-- $5 with attributes, $6 how many at most. Index: primary key, day after day.
select device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters,
  case when $5 then attributes end as attributes, flags
from gisd.device_position
where device_id = $1
  and at > $2
  and at <= $3
  and ($4 or flags & 16 = 0)
order by at
limit $6
