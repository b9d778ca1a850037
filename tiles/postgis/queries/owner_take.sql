-- Keeps the areas that rules name for a collection as they are now, and returns their
-- numbers. A rule for the collection goes before one of the same role for all.
-- $1 collection id, $2 SRID of its storage.
insert into gisd.owner_area as a (key, geom)
select distinct on (h.key) h.key, h.geom
from (
  select gisd.area_key(w.geom) as key, w.geom
  from gisd.role_limit l
  cross join lateral (select gisd.area_in(l.areas, $2) as geom) w
  where cardinality(l.areas) > 0
    and l.collection_id in ('', $1)
    and (
      l.collection_id <> ''
      or not exists (
        select
        from gisd.role_limit o
        where o.role = l.role
          and o.collection_id = $1
          and o.areas is not null
      )
    )
) h
where h.geom is not null
order by h.key
on conflict (key) do update
set taken_at = clock_timestamp()
returning a.number
