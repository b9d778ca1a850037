-- Grows the extent of a version that is current to hold a box, and lets every
-- server know; nothing where it does already. $1 collection id, $2 version,
-- $3 to $6 minlon, minlat, maxlon, maxlat in degrees, SRID 4326.
with grown as (
  update gisd.collection_version
  set min_lon = least(min_lon, $3),
    min_lat = least(min_lat, $4),
    max_lon = greatest(max_lon, $5),
    max_lat = greatest(max_lat, $6)
  where collection_id = $1
    and version = $2
    and (min_lon is null or min_lon > $3 or min_lat > $4 or max_lon < $5 or max_lat < $6)
  returning collection_id
)
update gisd.collection c
set updated_at = clock_timestamp()
from grown
where c.id = grown.collection_id
