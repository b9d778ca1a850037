-- A new draft without features. $1 collection id, $2 owning department.
insert into gisd.collection (id, department)
values ($1, $2)
