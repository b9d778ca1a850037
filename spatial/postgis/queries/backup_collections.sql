-- Every collection with its current version and number of features.
select c.id, c.current_version, coalesce(v.feature_count, 0)
from gisd.collection c
left join gisd.collection_version v on v.collection_id = c.id and v.version = c.current_version
order by c.id
