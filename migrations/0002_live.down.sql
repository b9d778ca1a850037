drop table gisd.device_position;
drop table gisd.device_position_last;
drop table gisd.device;
drop function gisd.announce_device();
drop function gisd.drop_device_positions_before(date);
drop function gisd.ensure_device_position_day(date);
