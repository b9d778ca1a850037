-- Takes an attachment away. $1 collection id, $2 feature id, $3 attachment. One row:
-- its name, its bytes.
delete from gisd.attachment
where collection_id = $1
  and feature_id = $2
  and id = $3
  and gone_at is null
returning name, bytes
