-- Fences that people draw, and the rules by which devices are watched.

-- Areas in SRID 4326, lon lat degrees.
create table gisd.geofence (
  id text collate "C" primary key check (id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'),
  name text not null default '',
  geom geometry(Geometry, 4326) not null check (geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON') and st_isvalid(geom)),
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp()
);

-- The definition is as on the wire of /live/rules, without the id.
create table gisd.live_rule (
  id text collate "C" primary key check (id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'),
  definition jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp()
);

create function gisd.announce_rule() returns trigger
language plpgsql as $$
begin
  perform pg_notify('gisd_rule', coalesce(new.id, old.id));
  return null;
end
$$;

create trigger geofence_announce
after insert or update or delete on gisd.geofence
for each row execute function gisd.announce_rule();

create trigger rule_announce
after insert or update or delete on gisd.live_rule
for each row execute function gisd.announce_rule();
