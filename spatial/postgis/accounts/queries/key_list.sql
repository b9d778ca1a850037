-- Every API key, the newest first.
select id, prefix, name, roles, department, device_id, created_by, created_at, expires_at, last_used_at, revoked_at
from gisd.api_key
order by id desc
