-- Takes the rule of a kind away. $1 the kind. Index: primary key.
delete from gisd.track_rule
where kind = $1
