-- Announcements of changed collections; the payload is the collection's id.
listen gisd_catalogue
