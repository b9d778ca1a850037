-- Forgets the versions an import was making. $1 import id.
delete from gisd.collection_version
where import_id = $1
  and state = 'staging'
