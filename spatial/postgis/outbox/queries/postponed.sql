-- A message was not taken and is tried again. $1 message id, $2 tries so far,
-- $3 when, $4 why.
update gisd.outbox
set tries = $2,
  next_at = $3,
  last_error = $4
where id = $1
  and state = 'waiting'
