-- How long the statements of this transaction may run. An export is read as fast
-- as its reader takes it. $1 text: milliseconds, 0 for ever.
select set_config('statement_timeout', $1, true)
