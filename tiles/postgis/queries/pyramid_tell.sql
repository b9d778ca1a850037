-- Notes which areas the cells of a build tell apart. $1 pyramid, $2 numbers.
update gisd.pyramid
set areas = $2
where id = $1
