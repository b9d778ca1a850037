-- Kinds of registered devices and whether they are made up. $1 ids. Index: primary key.
select id, kind, demo
from gisd.device
where id = any ($1::text[])
