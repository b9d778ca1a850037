-- A new webhook, which begins with what changes from now on. $1 collection id,
-- $2 url, $3 secret, $4 name of the owner or '', $5 created by. One row: the id; none
-- where there is no such collection or owner.
insert into gisd.webhook (collection_id, url, secret, person_id, position, created_by)
select c.id, $2, $3, p.id, s.position, $5
from gisd.change_state s
join gisd.collection c on c.id = $1
left join gisd.person p on p.name = $4
where $4 = '' or p.id is not null
returning id
