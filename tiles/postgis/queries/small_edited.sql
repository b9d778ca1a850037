-- Notes that the small scales of a build do not show the rows any more.
-- $1 pyramid, $2 first zoom of the coarsest band that is packed as the rows are.
update gisd.pyramid
set edited_at = clock_timestamp()
where id = $1
  and edited_at is null
  and exists (
    select
    from gisd.pyramid_band
    where pyramid_id = $1
      and first_zoom < $2
  )
