-- Deletes the readings of a device before a time. $1 device, $2 time. Index: primary
-- key.
delete from gisd.device_reading
where device_id = $1
  and at < $2
