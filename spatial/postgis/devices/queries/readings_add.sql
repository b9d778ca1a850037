-- Adds readings, but those that are there; see positions_add.sql.
-- $1 devices, $2 names, $3 times, $4 times of receipt, $5 values, $6 units, $7
-- qualities. Index: primary key.
insert into gisd.device_reading (device_id, name, at, received_at, value, unit, quality)
select given.device_id, given.name, given.at, given.received_at, given.value, given.unit, given.quality
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::double precision[], $6::text[], $7::text[])
  as given (device_id, name, at, received_at, value, unit, quality)
on conflict do nothing
