-- Forgets failed attempts. $1 person id.
update gisd.person
set failed_logins = 0,
  locked_until = null
where id = $1
