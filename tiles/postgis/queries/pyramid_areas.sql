-- The areas that the cells of a build tell apart. $1 pyramid.
select areas
from gisd.pyramid
where id = $1
