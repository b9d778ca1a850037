-- Takes the rule of a kind away. $1 kind. Index: primary key.
delete from gisd.device_retention
where kind = $1
