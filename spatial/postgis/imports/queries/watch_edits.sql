-- Gives a complete table the triggers that record edits. $1 table in schema data.
select gisd.watch_edits($1)
