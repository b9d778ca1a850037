-- Webhooks that have not got all changes of their collection and none on the way,
-- with their owners; null without one. Index: change_read.
select w.id, w.collection_id, w.position, latest.position, w.trouble,
  p.id, coalesce(p.name, ''), coalesce(p.roles, '{}'), coalesce(p.department, ''), coalesce(p.disabled, false)
from gisd.webhook w
left join gisd.person p on p.id = w.person_id
cross join lateral (
  select max(ch.position) as position
  from gisd.change ch
  where ch.collection_id = w.collection_id
) latest
where latest.position > w.position
  and not exists (select from gisd.outbox m where m.webhook_id = w.id and m.position is not null)
order by w.id
