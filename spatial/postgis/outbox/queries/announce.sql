-- Wakes whoever delivers, when this transaction is committed.
select pg_notify('gisd_outbox', '')
