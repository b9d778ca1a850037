-- Rows of spatial_ref_sys that people added: pg_dump leaves some of them out.
-- The rows of gisd itself are made anew from the program.
select coalesce(jsonb_agg(jsonb_build_object(
  'srid', srid, 'auth_name', auth_name, 'auth_srid', auth_srid, 'srtext', srtext, 'proj4text', proj4text) order by srid), '[]')
from spatial_ref_sys
where coalesce(auth_name, '') not in ('EPSG', 'ESRI', 'GISD')
