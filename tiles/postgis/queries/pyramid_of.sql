-- The build of a version with its bands, the finest first, ready or not.
-- $1 collection id, $2 version, $3 format.
select p.id, b.first_zoom, b.last_zoom
from gisd.pyramid p
join gisd.pyramid_band b on b.pyramid_id = p.id
where p.collection_id = $1
  and p.version = $2
  and p.format = $3
order by b.first_zoom desc
