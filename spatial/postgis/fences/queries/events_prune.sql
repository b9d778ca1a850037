-- Deletes events that are older. $1 timestamptz. Index: live_event_at.
delete from gisd.live_event
where at < $1
