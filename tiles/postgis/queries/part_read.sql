-- What a cell of zoom 13 comes to at small scales. $1 pyramid, $2 column, $3 row.
select part
from gisd.cell_part
where pyramid_id = $1
  and x = $2
  and y = $3
