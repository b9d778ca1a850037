-- A text that differs after any committed change of gisd.collection or
-- gisd.tileset: whoever changes what readers see of one touches its row.
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
) entry
