-- Announcements of messages to deliver; no payload.
listen gisd_outbox
