-- Last known positions that a caller may see, SRID 4326, lon lat degrees; the
-- condition is live.Device.VisibleTo.
-- $1 is an admin, $2 signed in and no device's key, $3 roles, $4 the device whose
-- key it is or '', $5 to $8 west, south, east, north in degrees (edges inside,
-- all null for everywhere; west above east crosses the antimeridian), $9 kinds or
-- null for all. Index: none, it reads one row per device.
select last.device_id, last.at, last.received_at, last.lon, last.lat,
  last.speed_kmh, last.bearing_degrees, last.accuracy_meters, last.attributes,
  last.flags
from gisd.device_position_last last
join gisd.device device on device.id = last.device_id
where device.revoked_at is null
  and (
    $1
    or device.visibility = 'public'
    or device.visibility = 'internal' and $2
    or device.visibility = 'restricted' and $2 and device.roles && $3::text[]
    or device.id = $4
  )
  and (
    $5::double precision is null
    or last.lat between $6::double precision and $8::double precision
    and case
      when $5 <= $7::double precision then last.lon between $5 and $7
      else last.lon >= $5 or last.lon <= $7
    end
  )
  and ($9::text[] is null or device.kind = any ($9))
order by last.device_id
