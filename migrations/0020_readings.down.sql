drop table gisd.device_reading;
drop function gisd.drop_device_readings_before(date);
drop function gisd.ensure_device_reading_day(date);
