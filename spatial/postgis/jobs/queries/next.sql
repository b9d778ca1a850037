-- Starts the oldest queued job of a node, if there is one. $1 node.
-- Index: job_unfinished.
update gisd.job
set state = 'running',
  started_at = clock_timestamp(),
  beat_at = clock_timestamp()
where id = (
    select id
    from gisd.job
    where node = $1
      and state = 'queued'
    order by created_at, id
    limit 1
    for update skip locked
  )
returning id, kind, state, node, collection_id, source_name, source_bytes, created_by, department,
  request, progress, reports, has_rejects, code, error, created_at, started_at, finished_at
