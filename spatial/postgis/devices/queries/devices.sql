-- Every registered device, revoked ones among them. $1 one id, or null for all.
-- Index: primary key, device_identity_device.
select id, kind, name, department, visibility, roles, demo, revoked_at is not null as revoked,
  registered_by, registered_at,
  array(
    select identity
    from gisd.device_identity
    where device_id = device.id
    order by identity
  ) as identities
from gisd.device
where $1::text is null
  or id = $1
order by id
