-- Revokes a device together with the keys bound to it. One row comes back, none
-- when there is no such device. $1 id. Index: primary key.
with keys as (
  update gisd.api_key
  set revoked_at = clock_timestamp()
  where device_id = $1
    and revoked_at is null
)
update gisd.device
set revoked_at = coalesce(revoked_at, clock_timestamp()),
  updated_at = clock_timestamp()
where id = $1
returning id
