-- The packed cells of every current version, a row a band; a pyramid without
-- bands is a row of its own. Index: gisd.pyramid (collection_id, version).
select p.collection_id, p.id, p.format, b.first_zoom, b.last_zoom, b.xmin::text::bigint,
  nullif(p.generalisation, '[]'), p.dissolve
from gisd.pyramid p
join gisd.collection c
  on c.id = p.collection_id
  and c.current_version = p.version
  and p.ready
left join gisd.pyramid_band b on b.pyramid_id = p.id
order by p.collection_id, b.first_zoom
