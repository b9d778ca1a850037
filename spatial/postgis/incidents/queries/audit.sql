-- Records who did what. $1 actor, $2 action, $3 object, $4 jsonb detail.
insert into gisd.audit (actor, action, object, detail)
values ($1, $2, $3, $4)
