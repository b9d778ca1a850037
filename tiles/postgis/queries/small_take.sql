-- Takes on the making of small scales that do not show the rows any more; what
-- is edited from here on is noted again. $1 collection id, $2 version.
update gisd.pyramid
set edited_at = null
where collection_id = $1
  and version = $2
  and edited_at is not null
returning id
