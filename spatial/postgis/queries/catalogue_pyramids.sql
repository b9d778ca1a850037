-- The packed cells of every current version, a row a band; a pyramid without
-- bands is a row of its own. The last two columns are the numbers of the areas that
-- the cells tell apart, and their keys. Index: gisd.pyramid (collection_id, version).
select p.collection_id, p.id, p.format, b.first_zoom, b.last_zoom, b.xmin::text::bigint,
  nullif(p.generalisation, '[]'), p.dissolve, a.numbers, a.keys
from gisd.pyramid p
join gisd.collection c
  on c.id = p.collection_id
  and c.current_version = p.version
  and p.ready
left join gisd.pyramid_band b on b.pyramid_id = p.id
cross join lateral (
  select coalesce(array_agg(o.number), '{}') as numbers, coalesce(array_agg(o.key), '{}') as keys
  from gisd.owner_area o
  where o.number = any (p.areas)
) a
order by p.collection_id, b.first_zoom
