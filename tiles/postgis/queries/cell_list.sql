-- The addresses of the cells of a build that are packed as the rows are.
-- $1 pyramid, $2 first zoom of the coarsest of them.
select first_zoom, x, y
from gisd.cell
where pyramid_id = $1
  and first_zoom >= $2
