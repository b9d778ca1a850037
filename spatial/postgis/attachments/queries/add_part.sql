-- A part of the content. $1 attachment, $2 number, $3 bytes.
insert into gisd.attachment_part (attachment_id, number, content)
values ($1, $2, $3)
