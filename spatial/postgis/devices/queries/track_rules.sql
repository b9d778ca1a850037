-- Rules of who may read tracks. $1 one kind, or null for all. Index: primary key.
select kind, purposes, readers
from gisd.track_rule
where $1::text is null
  or kind = $1
order by kind
