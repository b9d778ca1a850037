-- Changes what a person may do. $1 name, $2 roles text[], $3 department.
update gisd.person
set roles = $2,
  department = $3,
  updated_at = now()
where name = $1
