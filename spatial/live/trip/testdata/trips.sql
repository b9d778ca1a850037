-- Stops and trips as doc.go has them, set by set, from the tables that legs.sql makes.
with recursive
stop as (
  select device, leg, n, end_n
  from (select distinct on (device, leg) * from long_halt order by device, leg, n) as first_of_leg
  union all
  select next.device, next.leg, next.n, next.end_n
  from stop s
  cross join lateral (
    select *
    from long_halt l
    where l.device = s.device and l.leg = s.leg and l.n > s.end_n
    order by l.n
    limit 1
  ) next
),
way as (
  select device, leg, from_n, to_n, after_stop, before_stop
  from (
    select device, leg, end_n as from_n, true as after_stop,
      lead(n) over (partition by device, leg order by n) as to_n,
      lead(n) over (partition by device, leg order by n) is not null as before_stop
    from (
      select device, leg, n, end_n from stop
      union all
      select device, leg, 0, null from leg
    ) as each_stop
  ) as between_stops
),
trip as (
  select w.device, w.after_stop and w.from_n is not null as after_stop, w.before_stop,
    coalesce(w.from_n, leg.first_n) as from_n, coalesce(w.to_n, leg.last_n) as to_n
  from way w
  join leg using (device, leg)
)
select 'stop' as what, b.device, b.at, e.at, (s.end_n - s.n + 1)::int as fixes, 0::float8 as meters, null::float8 as speed, false as after_stop, false as before_stop
from stop s
join legged b on b.device = s.device and b.n = s.n
join legged e on e.device = s.device and e.n = s.end_n
union all
select *
from (
  select 'trip', t.device, min(f.at), max(f.at), count(*)::int as fixes,
    st_length(st_makeline(f.geog::geometry order by f.n)::geography) as meters, max(f.speed), t.after_stop, t.before_stop
  from trip t
  join legged f on f.device = t.device and f.n between t.from_n and t.to_n
  where t.to_n > t.from_n
  group by t.device, t.from_n, t.to_n, t.after_stop, t.before_stop
) as long_enough
where meters >= (select min_trip from asked)
order by 2, 3, 4, 1
