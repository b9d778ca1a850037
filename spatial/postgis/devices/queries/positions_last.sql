-- Moves last known positions forward, never back. One of a device that is not
-- registered falls. Each device is given once, by id, so that two nodes take the rows
-- in the same order.
-- $1 to $10 as those of positions_add.sql. Index: primary keys.
insert into gisd.device_position_last as last
  (device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags)
select given.device_id, given.at, given.received_at, given.lon, given.lat,
  given.speed_kmh, given.bearing_degrees, given.accuracy_meters, given.attributes::jsonb, given.flags
from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::double precision[], $5::double precision[],
    $6::double precision[], $7::double precision[], $8::double precision[], $9::text[], $10::smallint[])
  with ordinality
  as given (device_id, at, received_at, lon, lat, speed_kmh, bearing_degrees, accuracy_meters, attributes, flags, place)
join gisd.device device on device.id = given.device_id
order by given.place
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
