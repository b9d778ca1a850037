-- Adds the rows of a backup that are missing. $1 jsonb array as backup_srs.sql
-- returns it.
insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
select srid, auth_name, auth_srid, srtext, proj4text
from jsonb_to_recordset($1::jsonb)
  as r (srid integer, auth_name text, auth_srid integer, srtext text, proj4text text)
on conflict (srid) do nothing
