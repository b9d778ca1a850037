-- A text that differs after any committed change of gisd.collection: whoever
-- changes what a collection's readers see touches its row.
select format(
  '%s %s',
  count(*),
  coalesce(sum(hashtextextended(id || ':' || xmin::text || ':' || ctid::text, 0)), 0)
)
from gisd.collection
