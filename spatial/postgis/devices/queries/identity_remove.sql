-- Takes an identity from the device that has it. $1 identity. Index: primary key.
delete from gisd.device_identity
where identity = $1
