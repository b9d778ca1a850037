-- Takes a rule away. $1 role, $2 collection id or ''.
delete from gisd.role_limit
where role = $1
  and collection_id = $2
