-- Whether a build is there with the band. $1 pyramid, $2 first zoom.
select exists (
  select
  from gisd.pyramid_band
  where pyramid_id = $1
    and first_zoom = $2
)
