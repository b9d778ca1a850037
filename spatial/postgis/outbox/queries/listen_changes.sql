-- Announcements of changed features; no payload.
listen gisd_dirty
