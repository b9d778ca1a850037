-- The size of a version's table with what is stored outside its rows, 0 where it
-- is gone. $1 table in schema data.
select coalesce(pg_table_size(to_regclass(format('data.%I', $1::text))), 0)
