-- Whether PostGIS knows a reference system. $1 srid.
select exists (select from spatial_ref_sys where srid = $1)
