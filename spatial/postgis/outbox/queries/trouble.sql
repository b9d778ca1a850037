-- Notes why changes cannot be read for a webhook. $1 webhook, $2 why.
update gisd.webhook
set trouble = $2
where id = $1
  and trouble <> $2
