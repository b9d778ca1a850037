-- Exchanges the current version with the previous one. $1 collection id.
update gisd.collection
set current_version = previous_version,
  previous_version = current_version,
  updated_at = clock_timestamp()
where id = $1
  and previous_version > 0
returning current_version
