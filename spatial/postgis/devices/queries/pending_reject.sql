-- Rejects a device that called: it is listed no more. One row comes back, none when
-- it never called. $1 identity, $2 who does it. Index: primary key.
update gisd.device_pending
set rejected_at = coalesce(rejected_at, clock_timestamp()),
  rejected_by = coalesce(rejected_by, $2)
where identity = $1
returning identity
