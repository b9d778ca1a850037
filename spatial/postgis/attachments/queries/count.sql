-- How many attachments a feature has. $1 collection id, $2 feature id.
select count(*)
from gisd.attachment
where collection_id = $1
  and feature_id = $2
  and gone_at is null
