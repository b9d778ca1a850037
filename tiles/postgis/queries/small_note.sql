-- Notes how the small scales of a build were made. $1 pyramid, $2 the property
-- that they are merged by, $3 what was done by zoom, as JSON.
update gisd.pyramid
set dissolve = $2,
  generalisation = $3
where id = $1
