-- The ids of all collections that have features.
select id
from gisd.collection
where current_version > 0
order by id
