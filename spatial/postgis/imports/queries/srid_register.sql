-- Registers a custom system from 990000 up. $1 WKT.
insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
select next.srid, 'GISD', next.srid, $1, ''
from (
  select greatest(max(srid), 989999) + 1 as srid
  from spatial_ref_sys
) next
returning srid
