-- Jobs that a caller may know of, the newest first; the condition is
-- spatial.Job.VisibleTo. $1 is an admin, $2 subject, $3 department whose jobs
-- are seen or '', $4 how many at most. Index: job_newest.
select id, kind, state, node, collection_id, source_name, source_bytes, created_by, department,
  request, progress, reports, has_rejects, code, error, created_at, started_at, finished_at
from gisd.job
where $1
  or created_by = $2
  or department <> '' and department = $3
order by created_at desc, id
limit $4
