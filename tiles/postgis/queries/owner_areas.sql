-- Areas as EWKB in their own CRS. $1 numbers. Index: primary key.
select number, st_asewkb(geom, 'NDR')
from gisd.owner_area
where number = any ($1)
