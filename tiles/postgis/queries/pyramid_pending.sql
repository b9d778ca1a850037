-- Edits of a version that its cells do not show for sure, as the servers note.
-- $1 collection, $2 version. Index: dirty_version.
select d.boxes, d.whole
from gisd.dirty d
where d.collection_id = $1
  and d.version = $2
  and d.origin = 'edit'
  and (d.position is null or d.position > coalesce((select r.position from gisd.dirty_reader r where r.name = 'cells'), 0))
