-- Rules by id.
-- $1 text: the id, null for all. Index: live_rule_pkey.
select id, definition, changed_at
from gisd.live_rule
where $1::text is null or id = $1
order by id
