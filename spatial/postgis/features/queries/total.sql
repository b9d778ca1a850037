-- How many features a version has: what it came with, and what was added and
-- taken away by edits that are not part of that.
-- $1 text: collection id. $2 integer: version. Index: edit_count.
select v.feature_count - v.edits_counted + coalesce(
  (
    select sum(case e.operation when 'insert' then 1 else -1 end)
    from gisd.edit e
    where e.collection_id = v.collection_id
      and e.version = v.version
      and e.operation <> 'update'
  ), 0)::bigint
from gisd.collection_version v
where v.collection_id = $1
  and v.version = $2
