-- The area of each rule that has one, in every SRID that a collection is stored in:
-- as EWKB in hex with its key, its box in SRID 4326, lon lat degrees, rounded outwards, which share
-- of its own box it covers, and itself in SRID 4326 as WKB.
-- Expects a few hundred rules over areas by their primary key.
with system as (
  select distinct v.srid
  from gisd.collection c
  join gisd.collection_version v
    on v.collection_id = c.id
    and v.version = c.current_version
    and v.state = 'ready'
  where v.srid > 0
), held as (
  select l.id, s.srid, n.numbers, gisd.area_in(l.areas, s.srid) as geom
  from gisd.role_limit l
  cross join system s
  cross join lateral (
    select array_agg(a.number order by a.number) as numbers
    from gisd.area a
    where a.number = any (l.areas)
  ) n
  where n.numbers is not null
), placed as (
  select h.*, case when h.srid = 4326 then h.geom else st_transform(h.geom, 4326) end as on_earth
  from held h
)
select id, srid, numbers, encode(st_asewkb(geom, 'NDR'), 'hex'), gisd.area_key(geom),
  floor(st_xmin(on_earth) * 1e6) / 1e6, floor(st_ymin(on_earth) * 1e6) / 1e6,
  ceil(st_xmax(on_earth) * 1e6) / 1e6, ceil(st_ymax(on_earth) * 1e6) / 1e6,
  coalesce(st_area(geom) / nullif((st_xmax(geom) - st_xmin(geom)) * (st_ymax(geom) - st_ymin(geom)), 0), 1),
  st_asbinary(on_earth, 'NDR')
from placed
order by id, srid
