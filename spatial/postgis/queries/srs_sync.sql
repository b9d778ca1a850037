-- Inserts or corrects rows of spatial_ref_sys.
-- $1 jsonb array of {srid, auth_name, auth_srid, srtext, proj4text}.
insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
select srid, auth_name, auth_srid, srtext, proj4text
from jsonb_to_recordset($1::jsonb)
  as w (srid integer, auth_name text, auth_srid integer, srtext text, proj4text text)
on conflict (srid) do update
set auth_name = excluded.auth_name,
  auth_srid = excluded.auth_srid,
  srtext = excluded.srtext,
  proj4text = excluded.proj4text
