-- How much was edited in a version, and when last. $1 collection id, $2 version.
-- Index: primary key.
select count(*), coalesce(max(last_at), 'epoch')
from gisd.edit
where collection_id = $1
  and version = $2
