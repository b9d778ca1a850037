-- Takes collections for an import, for as long as the session lasts, and returns
-- those that another session has. $1 text[], collection ids.
select c.id
from unnest($1::text[]) as c (id)
where not pg_try_advisory_lock(hashtextextended(c.id, 1735287654))
order by c.id
