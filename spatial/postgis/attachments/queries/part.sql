-- One part of the content. $1 attachment, $2 number.
select content
from gisd.attachment_part
where attachment_id = $1
  and number = $2
