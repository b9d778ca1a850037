-- Tells readers which tiles of small scales are not what they were. $1 pyramid,
-- $2 boxes in the storage CRS, flat, $3 whether it is all of them.
select gisd.soil(collection_id, version, $2, 'cells', $3)
from gisd.pyramid
where id = $1
