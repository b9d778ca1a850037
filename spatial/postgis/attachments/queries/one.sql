-- One attachment of a feature. $1 collection id, $2 feature id, $3 attachment.
select id, name, media_type, bytes, sha256, taken_at, lon, lat, created_by, created_at
from gisd.attachment
where collection_id = $1
  and feature_id = $2
  and id = $3
  and gone_at is null
  and ids = (select gisd.meaning_of_ids($1))
