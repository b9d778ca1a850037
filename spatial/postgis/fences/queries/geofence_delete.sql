-- Deletes a drawn fence that no rule names, and says so; without a row there is none.
-- $1 text: id. Index: geofence_pkey.
with naming as (
  select 1 from gisd.live_rule where definition -> 'geofences' ? $1 limit 1
), gone as (
  delete from gisd.geofence
  where id = $1 and not exists (select from naming)
  returning id
)
select exists (select from gone), exists (select from naming)
from gisd.geofence
where id = $1
