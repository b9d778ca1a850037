-- Who imports, for the default of changed_by. $1 name.
select set_config('gisd.changed_by', $1, false)
