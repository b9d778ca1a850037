-- Deletes a rule; its events stay. $1 text: id. Index: live_rule_pkey.
delete from gisd.live_rule
where id = $1
