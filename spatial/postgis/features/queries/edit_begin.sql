-- Says who changes features until the transaction ends, for the triggers, and reads
-- what decides whether they may. $1 collection id, $2 who.
select set_config('gisd.changed_by', $2, true), department, visibility, roles, published, current_version
from gisd.collection
where id = $1
