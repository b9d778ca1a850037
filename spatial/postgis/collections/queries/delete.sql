-- Takes a collection and its versions out of the catalogue; their tables are
-- dropped apart. $1 collection id.
with version as (
  delete from gisd.collection_version
  where collection_id = $1
)
delete from gisd.collection
where id = $1
