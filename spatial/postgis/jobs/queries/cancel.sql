-- Cancels a job that waits, and asks the node of one that runs to do so. $1 id.
update gisd.job
set cancel_asked = true,
  state = case when state = 'queued' then 'canceled' else state end,
  request = case when state = 'queued' then request - 'url' else request end,
  finished_at = case when state = 'queued' then clock_timestamp() end
where id = $1
  and state in ('queued', 'running')
returning id, kind, state, node, collection_id, source_name, source_bytes, created_by, department,
  request, progress, reports, has_rejects, code, error, created_at, started_at, finished_at
