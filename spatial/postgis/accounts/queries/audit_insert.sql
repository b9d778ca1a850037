-- Records a change. $1 actor, $2 action, $3 object, $4 detail jsonb, $5 request
-- id, $6 remote address.
insert into gisd.audit (actor, action, object, detail, request_id, remote_address)
values ($1, $2, $3, $4, $5, $6)
