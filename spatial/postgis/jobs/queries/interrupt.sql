-- Ends the running jobs of a node that starts anew and those whose node is
-- silent, and what waited for a week for a node that does not come back.
-- $1 node or '', $2 seconds of silence. Index: job_unfinished.
update gisd.job
set state = 'interrupted',
  code = 'unavailable',
  error = 'The server stopped in the middle of the import.',
  request = request - 'url',
  finished_at = clock_timestamp()
where state = 'running'
  and (node = $1 or beat_at < clock_timestamp() - make_interval(secs => $2::double precision))
  or state = 'queued'
  and created_at < clock_timestamp() - interval '7 days'
