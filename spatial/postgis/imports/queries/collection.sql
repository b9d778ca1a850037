-- What is there under a collection id. $1 collection id.
select
  coalesce((select current_version from gisd.collection where id = $1), -1),
  greatest(
    coalesce((select last_version from gisd.collection where id = $1), 0),
    coalesce((select max(version) from gisd.collection_version where collection_id = $1), 0)
  ),
  exists (select from gisd.import where collection_id = $1 and state = 'running')
