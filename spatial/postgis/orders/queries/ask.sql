-- Notes that an order is asked for. Where a collection has as many as it may, the one
-- that nobody asked for the longest gives way, after a while. True where the order is
-- kept.
-- $1 text: collection id. $2 text: field, its wire name. $3 integer: orders of a
-- collection at most. $4 double precision: seconds after which one gives way.
-- Index: sort_order_pkey.
with others as (
  select o.field, o.asked_at
  from gisd.sort_order o
  where o.collection_id = $1
    and o.field <> $2
), last as (
  select o.field
  from others o
  where (select count(*) from others) >= $3::integer
    and o.asked_at < clock_timestamp() - make_interval(secs => $4::double precision)
  order by o.asked_at
  limit 1
), gone as (
  delete from gisd.sort_order o
  using last
  where o.collection_id = $1
    and o.field = last.field
  returning 1
), kept as (
  insert into gisd.sort_order (collection_id, field)
  select c.id, $2
  from gisd.collection c
  where c.id = $1
    and (
      (select count(*) from others) < $3::integer
      or exists (select from last)
      or exists (select from gisd.sort_order o where o.collection_id = $1 and o.field = $2)
    )
  on conflict (collection_id, field) do update
  set asked_at = excluded.asked_at
  returning 1
)
select exists (select from kept)
from (select count(*) from gone) g
