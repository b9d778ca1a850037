-- Records who changed which features. $1 actor, $2 action, $3 collection id,
-- $4 jsonb: ids and how many.
insert into gisd.audit (actor, action, object, detail)
values ($1, $2, $3, $4)
