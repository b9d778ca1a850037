-- Claims an import for this session if nobody holds it. $1 import id.
select pg_try_advisory_lock(1735287652, ($1::bigint % 2147483647)::integer)
