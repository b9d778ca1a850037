-- Rules that open incidents. $1 text[]: ids. Index: live_rule_pkey.
select id, definition
from gisd.live_rule
where id = any($1)
  and definition ? 'incident'
