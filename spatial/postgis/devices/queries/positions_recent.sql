-- The last positions of each device that are not older, by time, SRID 4326, lon lat
-- degrees.
-- $1 timestamptz: oldest, $2 integer: how many of each device, $3 smallint: the flag of
-- those to leave out (live.FlagHeld). Index: the key of each day's partition, once for
-- each device.
select p.*
from gisd.device d
cross join lateral (
  select device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags
  from gisd.device_position
  where device_id = d.id and at > $1 and flags & $3::smallint = 0
  order by at desc
  limit $2
) p
where d.revoked_at is null
order by p.at
