-- The record of a packed cell. $1 pyramid, $2 first zoom of the band, $3 column,
-- $4 row. Index: primary key.
select record
from gisd.cell
where pyramid_id = $1
  and first_zoom = $2
  and x = $3
  and y = $4
