-- Takes a webhook away with its messages. $1 webhook. One row: its collection.
delete from gisd.webhook
where id = $1
returning collection_id
