-- The rest of the transaction gives its statements 50 milliseconds: a count
-- beside a page is worth that and no more.
select set_config('statement_timeout', '50ms', true)
