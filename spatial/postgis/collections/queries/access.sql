-- What decides who may read and who may change a collection, and whether roles are
-- limited there. $1 collection id, $2 roles.
select department, visibility, roles, published, gisd.limits_of(id, $2) <> '{}'
from gisd.collection
where id = $1
