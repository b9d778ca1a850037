-- A session with its person. $1 SHA-256 of the token. Index: session_pkey.
select s.csrf_token, s.expires_at, s.last_seen_at, s.remote_address,
  p.id, p.name, p.full_name, p.password_hash, p.roles, p.department, p.disabled, p.failed_logins, p.locked_until, p.created_at
from gisd.session s
join gisd.person p on p.id = s.person_id
where s.token_sha256 = $1
  and s.expires_at > now()
  and not p.disabled
