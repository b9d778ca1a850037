-- One job. $1 id.
select id, kind, state, node, collection_id, source_name, source_bytes, created_by, department,
  request, progress, reports, has_rejects, code, error, created_at, started_at, finished_at
from gisd.job
where id = $1
