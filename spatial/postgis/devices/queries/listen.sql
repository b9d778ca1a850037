-- Announcements of changed devices; the payload is the device's id.
listen gisd_device
