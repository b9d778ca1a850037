-- Drops the partitions of positions of all days before one; returns how many. $1 the day.
select gisd.drop_device_positions_before($1)
