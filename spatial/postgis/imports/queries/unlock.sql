-- Gives a claim up. $1 import id.
select pg_advisory_unlock(1735287652, ($1::bigint % 2147483647)::integer)
