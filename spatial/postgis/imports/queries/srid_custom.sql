-- The srid of a custom system with exactly this definition. $1 WKT.
select srid
from spatial_ref_sys
where srid >= 990000
  and auth_name = 'GISD'
  and srtext = $1
order by srid
limit 1
