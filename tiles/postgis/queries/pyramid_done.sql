-- Notes what a build came to. $1 pyramid, $2 features, $3 seconds.
update gisd.pyramid
set features = $2,
  seconds = $3,
  built_at = clock_timestamp()
where id = $1
