-- Forgets devices that were not approved and have not called for 30 days. $1 now.
delete from gisd.device_pending
where last_at < $1::timestamptz - interval '30 days'
