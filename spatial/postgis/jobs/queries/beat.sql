-- Says that jobs are alive, and how far they are; returns those that are to end
-- early. $1 ids text[], $2 progress json[], null where there is none yet.
update gisd.job job
set beat_at = clock_timestamp(),
  progress = coalesce(now.progress, job.progress)
from unnest($1::text[], $2::json[]) as now (id, progress)
where job.id = now.id
  and job.state = 'running'
returning job.id, job.cancel_asked
