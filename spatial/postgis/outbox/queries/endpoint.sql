-- Where a webhook goes. $1 webhook.
select url, secret
from gisd.webhook
where id = $1
