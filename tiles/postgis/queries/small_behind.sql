-- The collections whose small scales have not shown an edit for so long.
-- $1 seconds.
select p.collection_id
from gisd.pyramid p
join gisd.collection c
  on c.id = p.collection_id
  and c.current_version = p.version
where p.ready
  and p.edited_at < clock_timestamp() - make_interval(secs => $1)
order by p.edited_at
