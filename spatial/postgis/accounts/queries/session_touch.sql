-- Notes that a session is in use. $1 SHA-256 of the token.
update gisd.session
set last_seen_at = now()
where token_sha256 = $1
