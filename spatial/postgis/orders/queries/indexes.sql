-- The indexes of orders on a table in schema data, and whether each is whole: one
-- whose building was cut off is not. $1 text: the table.
select i.relname, x.indisvalid
from pg_index x
join pg_class i on i.oid = x.indexrelid
where x.indrelid = to_regclass(format('data.%I', $1::text))
  and starts_with(i.relname, 'order_')
order by i.relname
