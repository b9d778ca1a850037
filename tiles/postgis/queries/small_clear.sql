-- Drops the bands of small scales with their cells. $1 pyramid, $2 first zoom of
-- the coarsest band that is packed as the rows are.
delete from gisd.pyramid_band
where pyramid_id = $1
  and first_zoom < $2
