-- Adds an API key. $1 prefix, $2 SHA-256 of the key, $3 name, $4 roles text[],
-- $5 department, $6 device id or null, $7 created by, $8 expiry or null.
insert into gisd.api_key (prefix, key_sha256, name, roles, department, device_id, created_by, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning id
