-- Adds a person. $1 name, $2 full name, $3 argon2id hash, $4 roles text[],
-- $5 department.
insert into gisd.person (name, full_name, password_hash, roles, department)
values ($1, $2, $3, $4, $5)
returning id
