-- The number of a set of areas, made where there is none; no row where somebody else
-- makes it just now. $1 numbers of areas, ascending.
with made as (
  insert into gisd.owner_set (areas)
  select $1::integer[]
  where not exists (
    select
    from gisd.owner_set
    where areas = $1
  )
  on conflict (areas) do nothing
  returning number
)
select number
from made
union all
select number
from gisd.owner_set
where areas = $1
