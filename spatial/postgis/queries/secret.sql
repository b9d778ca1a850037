-- The secret of a name, made when it is not there.
-- $1 text: name. $2 bytea: the value to keep if there is none.
-- Index: the primary key of gisd.secret.
insert into gisd.secret as s (name, value)
values ($1, $2)
on conflict (name) do update set value = s.value
returning value
