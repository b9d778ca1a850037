-- Where features changed that a build did not see. Boxes are flat, minx, miny,
-- maxx, maxy of each in the storage CRS. $1 pyramid. Index: gisd.dirty
-- (collection_id, version).
select d.boxes, d.whole
from gisd.pyramid p
join gisd.dirty d
  on d.collection_id = p.collection_id
  and d.version = p.version
where p.id = $1
  and d.origin = 'edit'
  and not pg_visible_in_snapshot(d.txid, p.snapshot)
order by d.seq
