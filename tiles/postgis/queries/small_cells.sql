-- The cells of one band of a build. $1 pyramid, $2 first zoom of the band.
select x, y, record is null
from gisd.cell
where pyramid_id = $1
  and first_zoom = $2
order by y, x
