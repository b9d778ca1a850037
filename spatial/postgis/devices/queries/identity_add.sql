-- Gives a device an identity; returns whose it is now, which is another's where it
-- had been taken. No row comes back without the device. $1 identity, $2 device,
-- $3 who does it. Index: primary keys.
with added as (
  insert into gisd.device_identity (identity, device_id, added_by)
  select $1, id, $3
  from gisd.device
  where id = $2
  on conflict (identity) do nothing
  returning device_id
)
select device_id
from added
union all
select device_id
from gisd.device_identity
where identity = $1
limit 1
