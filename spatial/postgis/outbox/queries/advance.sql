-- Nothing of what lies between two positions concerns a webhook. $1 webhook,
-- $2 its position, $3 the new one.
update gisd.webhook
set position = greatest(position, $3),
  trouble = ''
where id = $1
  and position = $2
