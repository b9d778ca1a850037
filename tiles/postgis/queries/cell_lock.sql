-- Has who packs a cell again wait for who does so already; free at the end of
-- the transaction. $1 names the cell.
select pg_advisory_xact_lock(hashtextextended($1, 1735287656))
