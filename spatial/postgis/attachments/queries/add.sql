-- A new attachment, without its parts. One row: when it was added.
insert into gisd.attachment (
  id, collection_id, feature_id, ids, name, media_type, bytes, sha256, taken_at, lon, lat, created_by
)
values (
  @id, @collection, @feature, gisd.meaning_of_ids(@collection), @name, @media_type, @bytes, @sha256, @taken_at, @lon, @lat, @created_by
)
returning created_at
