-- The ids of the collections that the demo made. No parameters.
-- Index: none, the catalogue is small.
select id
from gisd.collection
where demo
order by id
