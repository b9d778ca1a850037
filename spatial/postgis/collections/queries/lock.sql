-- What a change of a collection depends on; the row stays locked until the
-- transaction ends. $1 collection id.
select
  department, visibility, roles, published, min_zoom, max_zoom,
  current_version, previous_version
from gisd.collection
where id = $1
for update
