-- Webhooks, of one collection or of all, one or all. $1 collection id or '',
-- $2 webhook or 0.
select w.id, coalesce(w.collection_id, ''), coalesce(w.live, '{}'), w.url, coalesce(p.name, ''), w.position, w.trouble,
  coalesce(next.at, (select min(m.created_at) from gisd.outbox m where m.webhook_id = w.id and m.state = 'waiting' and w.live is not null)),
  (select count(*) from gisd.outbox m where m.webhook_id = w.id and m.state = 'waiting'),
  (select count(*) from gisd.outbox m where m.webhook_id = w.id and m.state = 'dead'),
  w.delivered_at, w.created_by, w.created_at
from gisd.webhook w
left join gisd.person p on p.id = w.person_id
left join lateral (
  select ch.at
  from gisd.change ch
  where ch.collection_id = w.collection_id
    and ch.position > w.position
  order by ch.position
  limit 1
) next on true
where ($1 = '' or w.collection_id = $1)
  and ($2::bigint = 0 or w.id = $2)
order by w.id
