-- What this transaction writes is on the disk when its commit returns, however the
-- server is set.
set local synchronous_commit = on
