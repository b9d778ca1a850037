-- Adds positions to the history, but those that are there. It is the way of lots that
-- COPY refuses because a part of them is known. The days' partitions exist
-- (position_day.sql).
-- $1 devices, $2 times, $3 times of receipt, $4 lon and $5 lat in degrees (SRID
-- 4326), $6 km/h, $7 degrees, $8 metres, $9 attributes as JSON text, $10 flags
-- (live.Flag). Index: primary key.
insert into gisd.device_position
  (device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags)
select given.device_id, given.at, given.received_at, given.lon, given.lat,
  given.speed_kmh, given.bearing_degrees, given.accuracy_meters, given.attributes::jsonb, given.flags
from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::double precision[], $5::double precision[],
    $6::double precision[], $7::double precision[], $8::double precision[], $9::text[], $10::smallint[])
  as given (device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags)
on conflict do nothing
