-- Messages of a webhook that were not taken, in their order. $1 webhook.
-- Index: outbox_webhook.
select m.id, m.topic, m.channel, m.destination, m.lane, m.payload, m.state, m.tries, m.next_at, m.last_error, m.created_at
from gisd.outbox m
where m.webhook_id = $1
order by m.seq
