-- Keeps a build from being replaced until the end of the transaction; no row
-- where it is gone. $1 pyramid, $2 first zoom.
select
from gisd.pyramid_band
where pyramid_id = $1
  and first_zoom = $2
for key share
