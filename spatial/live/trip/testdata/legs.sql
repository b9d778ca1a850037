-- What trips.sql reads, from the temporary tables fix (device, at, geog, speed) and asked
-- (radius, min_stop, gap, min_trip), metres and intervals: the fixes by leg, and the
-- halts that are long enough.
create temp table legged as
select *, count(*) filter (where after_gap) over (partition by device order by n) as leg
from (
  select *,
    row_number() over (partition by device order by at) as n,
    coalesce(at - lag(at) over (partition by device order by at) > (select gap from asked), false) as after_gap
  from fix
) as ordered;
create unique index on legged (device, n);
analyze legged;
create temp table leg as
select device, leg, min(n) as first_n, max(n) as last_n
from legged
group by device, leg;
create unique index on leg (device, leg);
create temp table long_halt as
select h.device, h.leg, h.n, h.end_n
from (
  select f.device, f.leg, f.n, f.at, coalesce(away.n - 1, leg.last_n) as end_n
  from legged f
  join leg using (device, leg)
  left join lateral (
    select j.n
    from legged j
    where j.device = f.device and j.leg = f.leg and j.n > f.n
      and st_distance(j.geog, f.geog) > (select radius from asked)
    order by j.n
    limit 1
  ) away on true
) h
join legged e on e.device = h.device and e.n = h.end_n
where e.at - h.at >= (select min_stop from asked);
create unique index on long_halt (device, n);
analyze long_halt;
