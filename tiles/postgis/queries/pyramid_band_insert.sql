-- Adds a band to a build. $1 pyramid, $2 first zoom, $3 last zoom.
insert into gisd.pyramid_band (pyramid_id, first_zoom, last_zoom)
values ($1, $2, $3)
