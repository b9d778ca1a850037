-- Takes a webhook away with its messages. $1 webhook. One row: its collection or ''.
delete from gisd.webhook
where id = $1
returning coalesce(collection_id, '')
