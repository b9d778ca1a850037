-- Says who changes features until the transaction ends, for the triggers, and reads
-- what decides whether they may. $1 collection id, $2 who, $3 roles, $4 ids of the
-- rules that limit them, as far as they know.
select set_config('gisd.changed_by', $2, true), department, visibility, roles, published, current_version,
  gisd.limits_of($1, $3) = $4::bigint[]
from gisd.collection
where id = $1
