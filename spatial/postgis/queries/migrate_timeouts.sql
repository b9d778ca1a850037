-- The session's timeouts, to be restored after a migration.
select current_setting('statement_timeout'), current_setting('lock_timeout')
