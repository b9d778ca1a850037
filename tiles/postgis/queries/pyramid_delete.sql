-- Drops the cells of a version. $1 collection id, $2 version.
delete from gisd.pyramid
where collection_id = $1
  and version = $2
