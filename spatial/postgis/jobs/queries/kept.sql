-- Jobs of a node that have files. $1 node.
select id
from gisd.job
where node = $1
  and (state in ('queued', 'running') or has_rejects)
