-- Drawn fences as WKB, SRID 4326, x first.
-- $1 text[]: their ids. Index: geofence_pkey.
select id, 0::float8, st_asbinary(geom)
from gisd.geofence
where id = any ($1::text[])
order by id
