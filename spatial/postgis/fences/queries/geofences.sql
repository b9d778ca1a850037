-- Drawn fences by id, SRID 4326, as GeoJSON with 9 decimals.
-- $1 text: the id, null for all. Index: geofence_pkey.
select id, name, st_asgeojson(geom, 9), changed_at
from gisd.geofence
where $1::text is null or id = $1
order by id
