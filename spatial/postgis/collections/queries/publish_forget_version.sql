-- Forgets a version, with its fields. $1 collection id, $2 version.
delete from gisd.collection_version
where collection_id = $1
  and version = $2
