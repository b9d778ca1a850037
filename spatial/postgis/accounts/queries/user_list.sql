-- Every person, by name.
select id, name, full_name, password_hash, roles, department, disabled, failed_logins, locked_until, created_at
from gisd.person
order by name
