-- What decides whether somebody may change a collection. $1 collection id.
select department, visibility, roles, published
from gisd.collection
where id = $1
