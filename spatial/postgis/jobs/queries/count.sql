-- Jobs of a subject that have not ended. $1 subject.
-- Index: job_unfinished.
select count(*)
from gisd.job
where created_by = $1
  and state in ('queued', 'running')
