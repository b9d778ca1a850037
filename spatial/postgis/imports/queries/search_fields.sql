-- The fields that people chose for a collection. $1 collection id.
select search_field, time_field
from gisd.collection
where id = $1
