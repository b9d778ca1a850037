-- Who read tracks of a device, the newest first. $1 'device:' and its id, $2 not before,
-- $3 how many at most. Index: audit_object.
select at, actor, coalesce(detail ->> 'purpose', ''), coalesce(detail ->> 'what', ''), coalesce(detail ->> 'datetime', ''), remote_address
from gisd.audit
where object = $1
  and action = 'track.read'
  and at >= $2
order by id desc
limit $3
