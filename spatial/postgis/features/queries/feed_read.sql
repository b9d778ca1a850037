-- What changed in a collection behind a position, if the caller may read it.
-- $1 collection id, $2 position, $3 how many, $4 anonymous, $5 roles,
-- $6 department. Index: change_read.
select ch.position, ch.version, ch.operation, coalesce(ch.id, ''), coalesce(ch.revision, 0), ch.at, ch.changed_by
from gisd.change ch
where ch.collection_id = $1
  and ch.position > $2
  and (select gisd.can_read(c, $4, $5, $6) from gisd.collection c where c.id = $1)
order by ch.position
limit $3
