-- Notes that a key is in use. $1 key id.
update gisd.api_key
set last_used_at = now()
where id = $1
