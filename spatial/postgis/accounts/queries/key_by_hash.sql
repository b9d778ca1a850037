-- A key that is neither revoked nor expired. $1 SHA-256 of the key.
-- Index: api_key_key_sha256_key.
select id, prefix, name, roles, department, device_id, created_by, created_at, expires_at, last_used_at, revoked_at
from gisd.api_key
where key_sha256 = $1
  and revoked_at is null
  and (expires_at is null or expires_at > now())
