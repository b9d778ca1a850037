-- A message was not taken and is given up; the feed of its webhook goes on behind
-- it. $1 message id, $2 tries, $3 why.
with last as (
  select m.id, m.webhook_id, m.position
  from gisd.outbox m
  where m.id = $1
  for update
),
given_up as (
  update gisd.outbox m
  set state = 'dead',
    tries = $2,
    last_error = $3,
    position = null
  from last
  where m.id = last.id
  returning last.webhook_id, last.position
)
update gisd.webhook w
set position = greatest(w.position, coalesce(given_up.position, 0))
from given_up
where w.id = given_up.webhook_id
