-- A message was taken: it is forgotten, and its webhook has got what is in it.
-- $1 message id.
with gone as (
  delete from gisd.outbox
  where id = $1
  returning webhook_id, position
)
update gisd.webhook w
set position = greatest(w.position, coalesce(gone.position, 0)),
  delivered_at = clock_timestamp()
from gone
where w.id = gone.webhook_id
