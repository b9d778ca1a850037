-- What is wrong with geometries, in their order: '' for a valid one and for none.
-- $1 bytea[]: EWKB.
select case when g is null or st_isvalid(g) then '' else st_isvalidreason(g) end
from unnest($1::bytea[]) with ordinality given (ewkb, place)
cross join lateral (select st_geomfromewkb(given.ewkb) as g) read
order by given.place
