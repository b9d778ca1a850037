-- Makes the partition of one UTC day where it is missing. $1 the day.
select gisd.ensure_device_position_day($1)
