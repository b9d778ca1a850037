-- Whether an index is there. $1 its name in schema data.
select to_regclass(format('data.%I', $1::text)) is not null
