-- Keeps a drawn fence, in the place of one of its id.
-- $1 text: id, $2 text: name, $3 text: GeoJSON geometry in degrees, lon lat, $4 text: who.
insert into gisd.geofence (id, name, geom, changed_by)
values ($1, $2, st_setsrid(st_force2d(st_geomfromgeojson($3)), 4326), $4)
on conflict (id) do update
set name = excluded.name, geom = excluded.geom, changed_by = excluded.changed_by, changed_at = clock_timestamp()
