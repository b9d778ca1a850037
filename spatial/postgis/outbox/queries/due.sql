-- The first waiting message of each lane, where it is due. $1 now, $2 lanes left
-- out, $3 how many. Index: outbox_lane.
select m.id, m.topic, m.channel, m.destination, m.lane, m.payload, m.state, m.tries, m.next_at, m.last_error, m.created_at
from gisd.outbox m
where m.state = 'waiting'
  and m.next_at <= $1
  and m.lane <> all ($2::text[])
  and not exists (
    select
    from gisd.outbox earlier
    where earlier.state = 'waiting'
      and earlier.lane = m.lane
      and earlier.seq < m.seq
  )
order by m.next_at, m.seq
limit $3
