-- Revokes a key for good. $1 prefix. Index: api_key_prefix_key.
update gisd.api_key
set revoked_at = coalesce(revoked_at, now())
where prefix = $1
