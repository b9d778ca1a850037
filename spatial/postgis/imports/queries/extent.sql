-- The box of a version in SRID 4326, lon lat degrees, for a system that only
-- PostGIS transforms. $1 srid, $2 min x, $3 min y, $4 max x, $5 max y.
with box as (
  select ST_Transform(
    ST_Segmentize(
      ST_MakeEnvelope($2, $3, $4, $5, $1::integer),
      greatest($4::double precision - $2::double precision, $5::double precision - $3::double precision, 1e-9) / 32
    ),
    4326
  ) as geom
)
select ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)
from box
