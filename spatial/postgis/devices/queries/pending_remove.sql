-- Forgets a device that called: it is approved. $1 identity. Index: primary key.
delete from gisd.device_pending
where identity = $1
