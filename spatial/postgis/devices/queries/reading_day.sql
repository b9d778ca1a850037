-- Makes the partition of one UTC day of readings where it is missing. $1 the day.
select gisd.ensure_device_reading_day($1)
