-- Opens a session and drops those that have ended. $1 SHA-256 of the token,
-- $2 person id, $3 CSRF token, $4 expiry, $5 remote address.
-- Index: session_expiry.
with ended as (
  delete from gisd.session
  where expires_at < now()
)
insert into gisd.session (token_sha256, person_id, csrf_token, expires_at, remote_address)
values ($1, $2, $3, $4, $5)
