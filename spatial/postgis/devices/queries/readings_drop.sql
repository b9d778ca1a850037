-- Drops the partitions of readings of all days before one; returns how many. $1 the day.
select gisd.drop_device_readings_before($1)
