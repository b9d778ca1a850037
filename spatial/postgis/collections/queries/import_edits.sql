-- What was edited in a version since it was imported. $1 collection id,
-- $2 version. Index: primary key.
select id, operation, changed_by, last_at
from gisd.edit
where collection_id = $1
  and version = $2
order by id
