-- A text that differs after any committed change of gisd.collection, gisd.tileset,
-- gisd.role_limit or gisd.area: whoever changes what readers see touches a row.
select format(
  '%s %s',
  count(*),
  coalesce(sum(hashtextextended(entry.id || ':' || entry.xmin::text || ':' || entry.ctid::text, 0)), 0)
)
from (
  select c.id, c.xmin, c.ctid
  from gisd.collection c
  union all
  select '/' || t.id, t.xmin, t.ctid
  from gisd.tileset t
  union all
  select '=' || l.id, l.xmin, l.ctid
  from gisd.role_limit l
  union all
  select '@' || a.number, a.xmin, a.ctid
  from gisd.area a
) entry
