-- Those collections that have a version. $1 text[], collection ids.
select id
from gisd.collection
where id = any($1::text[])
  and current_version > 0
order by id
