-- How the small scales of a build were made; null where it has none. $1 pyramid.
select dissolve, generalisation
from gisd.pyramid
where id = $1
