-- Announcements of incidents with a new entry; the payload is the id.
listen gisd_incident
