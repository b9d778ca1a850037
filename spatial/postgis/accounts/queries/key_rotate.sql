-- Gives a device a new key and ends those that it has. $1 prefix, $2 SHA-256 of the
-- key, $3 name, $4 device id, $5 created by, $6 when the others end.
with others as (
  update gisd.api_key
  set expires_at = least(expires_at, $6::timestamptz)
  where device_id = $4
    and revoked_at is null
)
insert into gisd.api_key (prefix, key_sha256, name, roles, device_id, created_by)
values ($1, $2, $3, '{}', $4, $5)
returning id
