-- One person. $1 name. Index: person_name_key.
select id, name, full_name, password_hash, roles, department, disabled, failed_logins, locked_until, created_at
from gisd.person
where name = $1
