-- Collections that have changes.
select c.id
from gisd.collection c
where exists (select from gisd.change ch where ch.collection_id = c.id)
order by c.id
