-- Keeps others from taking ids of a table until the transaction ends, as the
-- trigger that gives them does. $1 table in schema data.
select pg_advisory_xact_lock(1735287654, (to_regclass(format('data.%I', $1::text))::oid::bigint % 2147483647)::integer)
