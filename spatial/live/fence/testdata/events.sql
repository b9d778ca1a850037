-- Events from where each fix stands, computed after the fact.
-- Reads seen (part text, at bigint, since_fix bigint, stand int): part names a device and
-- a fence; stand is 1 in, 0 out, null between; since_fix is the fix before, null at first.
-- $1 confirm, $2 stay, $3 every, $4 gap (0 never): microseconds. $5: the first fix begins
-- a state. $6: outside is told, too. $7: names of kinds: turn in, turn out.
with sided as (
  select part, at, prev,
    coalesce(first_value(stand) over (partition by part, known order by at), 0) as side,
    prev is null as first,
    prev is not null and $4::bigint > 0 and at - prev > $4 as gap
  from (
    select part, at, since_fix as prev, stand,
      count(stand) over (partition by part order by at) as known
    from seen
  ) counted
), runs as (
  select *, min(at) over (partition by part, run) as run_at
  from (
    select *, sum(case when starts then 1 else 0 end) over (partition by part order by at) as run
    from (
      select *, first or gap or side <> lag(side) over (partition by part order by at) as starts
      from sided
    ) marked
  ) numbered
), states as (
  select *, coalesce(first_value(said) over (partition by part, sayings order by at), 0) as state
  from (
    select *, count(said) over (partition by part order by at) as sayings
    from (
      select *, case when first and $5::boolean or at - run_at >= $1::bigint then side end as said
      from runs
    ) saying
  ) counted
), turns as (
  select *, state <> before as turn
  from (
    select *, coalesce(lag(state) over (partition by part order by at),
      case when $5 then state else 0 end) as before
    from states
  ) pairs
), stays as (
  select *,
    first_value(case when turn then run_at else at end) over (partition by part, stay order by at) as since
  from (
    select *, sum(case when first or gap or turn then 1 else 0 end) over (partition by part order by at) as stay
    from turns
  ) numbered
), dwelling as (
  select part, stay, min(at) as at
  from stays
  where state = 1 and at - since >= $2::bigint
  group by part, stay
)
select part, case when state = 1 then ($7::text[])[1] else ($7::text[])[2] end as kind, at, since
from stays
where turn
union all
select part, 'dwell', at, since
from stays join dwelling using (part, stay, at)
union all
select part, case when state = 1 then 'inside' else 'outside' end, at, since
from stays
where (state = 1 or $6::boolean)
  and (first and $5 or gap or turn or $3::bigint = 0 or div((at - since)::numeric, nullif($3, 0)) > div((prev - since)::numeric, nullif($3, 0)))
