-- Changes behind a position, up to another, with the SRID of their boxes; 0 where
-- the version is gone. $1, $2 bigint; $3 integer: most rows. Index: dirty_position_key.
select d.position, d.collection_id, d.version, coalesce(v.srid, 0), d.boxes, d.whole, d.origin = 'cells'
from gisd.dirty d
left join gisd.collection_version v
  on v.collection_id = d.collection_id
  and v.version = d.version
where d.position > $1
  and d.position <= $2
order by d.position
limit $3
