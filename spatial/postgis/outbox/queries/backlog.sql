-- How much is not delivered. One row: messages that wait, that were given up, and
-- since when the oldest waits, or the oldest change that a webhook has not got.
-- Indexes: outbox_lane, outbox_dead, change_read.
select count(*) filter (where m.state = 'waiting'),
  count(*) filter (where m.state = 'dead'),
  least(
    min(m.created_at) filter (where m.state = 'waiting'),
    (
      select min(next.at)
      from gisd.webhook w
      cross join lateral (
        select ch.at
        from gisd.change ch
        where ch.collection_id = w.collection_id
          and ch.position > w.position
        order by ch.position
        limit 1
      ) next
    )
  )
from gisd.outbox m
