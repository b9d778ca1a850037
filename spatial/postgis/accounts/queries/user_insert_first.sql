-- Adds the first administrator to a database without people. $1 name,
-- $2 argon2id hash. No row when somebody is there.
insert into gisd.person (name, full_name, password_hash, roles)
select $1, 'Administrator', $2, '{admin}'
where not exists (select from gisd.person)
on conflict do nothing
returning id
