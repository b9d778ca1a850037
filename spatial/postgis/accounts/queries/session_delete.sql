-- Ends a session. $1 SHA-256 of the token.
delete from gisd.session
where token_sha256 = $1
