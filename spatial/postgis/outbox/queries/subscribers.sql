-- Webhooks of a topic, with their owners. $1 topic.
select w.id, p.id, p.name, p.roles, p.department
from gisd.webhook w
join gisd.person p on p.id = w.person_id
where $1 = any(w.live)
  and not p.disabled
order by w.id
