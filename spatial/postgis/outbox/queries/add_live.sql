-- A new webhook of events and incidents. $1 text[]: topics, $2 url, $3 secret, $4 name
-- of the owner, $5 created by. One row: the id; none where there is no such owner.
insert into gisd.webhook (live, url, secret, person_id, position, created_by)
select $1, $2, $3, p.id, 0, $5
from gisd.person p
where p.name = $4
returning id
