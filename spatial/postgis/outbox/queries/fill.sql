-- Writes the next message of a webhook's feed, unless somebody has read on
-- meanwhile. $1 webhook, $2 its position, $3 message id, $4 topic, $5 lane,
-- $6 payload, $7 position behind the message.
with feed as (
  update gisd.webhook
  set trouble = ''
  where id = $1
    and position = $2
  returning id
)
insert into gisd.outbox (id, topic, channel, destination, lane, payload, webhook_id, position)
select $3, $4, 'webhook', feed.id::text, $5, $6, feed.id, $7::bigint
from feed
on conflict (webhook_id) where position is not null do nothing
