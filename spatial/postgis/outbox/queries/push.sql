-- A message for a webhook that is not part of a feed. $1 message id, $2 topic, $3 lane,
-- $4 payload, $5 webhook.
insert into gisd.outbox (id, topic, channel, destination, lane, payload, webhook_id)
values ($1, $2, 'webhook', $5::bigint::text, $3, $4, $5)
