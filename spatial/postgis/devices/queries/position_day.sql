-- Makes the partition of one UTC day of positions where it is missing. $1 the day.
select gisd.ensure_device_position_day($1)
