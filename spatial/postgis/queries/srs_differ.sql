-- How many of the wanted rows of spatial_ref_sys are missing or different.
-- $1 jsonb array of {srid, auth_name, auth_srid, srtext, proj4text}.
with wanted as (
  select *
  from jsonb_to_recordset($1::jsonb)
    as w (srid integer, auth_name text, auth_srid integer, srtext text, proj4text text)
)
select count(*)
from wanted w
left join spatial_ref_sys s using (srid)
where s.srid is null
  or md5(concat_ws('|', s.auth_name, s.auth_srid, s.srtext, s.proj4text))
    <> md5(concat_ws('|', w.auth_name, w.auth_srid, w.srtext, w.proj4text))
