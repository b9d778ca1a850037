-- Sends messages of a webhook again, from the first try, and those that wait now.
-- $1 webhook, $2 message id or '' for all.
update gisd.outbox
set state = 'waiting',
  tries = 0,
  next_at = clock_timestamp()
where webhook_id = $1
  and ($2 = '' or id = $2)
