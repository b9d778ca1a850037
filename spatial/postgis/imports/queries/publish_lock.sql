-- The swap waits this long for people who are editing. No parameters.
select set_config('lock_timeout', '10s', true)
