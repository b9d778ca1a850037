-- Announcements of changed features, and of packed cells brought up to date; no payload.
listen gisd_dirty
