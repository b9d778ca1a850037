-- Housekeeping gives up rather than queue behind a long reader: whoever waits
-- for an exclusive lock keeps later readers waiting too.
select set_config('lock_timeout', '2s', true)
