drop table gisd.device_retention;
