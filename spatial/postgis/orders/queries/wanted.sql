-- The fields by which a collection is read in order. $1 text: its id.
-- Index: sort_order_pkey.
select o.field
from gisd.sort_order o
where o.collection_id = $1
order by o.field
