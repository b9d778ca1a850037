-- Adds positions to the history and moves last known positions forward, never
-- back. A position known already, and one of a device that is not registered,
-- falls. Made-up devices leave one position a minute in the history: at one a
-- second a demo left alone would fill the disk. The days' partitions exist
-- (live_ensure_day.sql).
-- $1 devices, $2 times, $3 times of receipt, $4 lon and $5 lat in degrees (SRID
-- 4326), $6 km/h, $7 degrees, $8 metres, $9 attributes as JSON text, $10 flags
-- (live.Flag; 16 keeps a position from the last known ones).
-- Index: primary keys of both tables.
with fix as (
  select given.device_id, given.at, given.received_at, given.lon, given.lat,
    given.speed_kmh, given.bearing_degrees, given.accuracy_meters, given.attributes::jsonb as attributes, given.flags,
    not device.demo or extract(second from given.at) < 1 as kept
  from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::double precision[], $5::double precision[],
      $6::double precision[], $7::double precision[], $8::double precision[], $9::text[], $10::smallint[])
    as given (device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags)
  join gisd.device device on device.id = given.device_id
),
history as (
  insert into gisd.device_position
    (device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags)
  select device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags
  from fix
  where kept
  on conflict do nothing
)
insert into gisd.device_position_last as last
  (device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags)
select distinct on (device_id) device_id, at, received_at, lon, lat,
  speed_kmh, bearing_degrees, accuracy_meters, attributes, flags
from fix
where flags & 16 = 0
order by device_id, at desc
on conflict (device_id) do update
set at = excluded.at,
  received_at = excluded.received_at,
  lon = excluded.lon,
  lat = excluded.lat,
  speed_kmh = excluded.speed_kmh,
  bearing_degrees = excluded.bearing_degrees,
  accuracy_meters = excluded.accuracy_meters,
  attributes = excluded.attributes,
  flags = excluded.flags
where excluded.at > last.at
