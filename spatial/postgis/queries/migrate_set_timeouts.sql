-- Sets the session's timeouts. $1 statement_timeout, $2 lock_timeout, text with
-- a unit ("30s"), "0" for none.
select set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false)
