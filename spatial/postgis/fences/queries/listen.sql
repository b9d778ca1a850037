-- Announcements of changed rules and drawn fences; the payload is the id.
listen gisd_rule
