drop table gisd.device_pending;
drop table gisd.device_identity;
drop function gisd.announce_identity();
alter table gisd.device_position_last drop column flags;
alter table gisd.device_position drop column flags;
