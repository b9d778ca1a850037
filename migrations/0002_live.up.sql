-- Devices, their last known positions and the history of positions.
-- Coordinates are SRID 4326, lon lat in degrees; speeds km/h; bearings degrees
-- clockwise from true north; accuracies metres.

create table gisd.device (
  id text collate "C" primary key check (id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'),
  kind text not null check (kind ~ '^[a-z][a-z0-9_-]{0,31}$'),
  name text not null default '',
  department text not null default '',
  visibility text not null default 'internal' check (visibility in ('public', 'internal', 'restricted')),
  roles text[] not null default '{}',
  demo boolean not null default false,
  registered_by text not null default '',
  registered_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  revoked_at timestamptz,
  check (visibility <> 'restricted' or roles <> '{}')
);

-- One row per device; updated in place, so pages keep room for the new tuple.
create table gisd.device_position_last (
  device_id text collate "C" primary key references gisd.device on delete cascade,
  at timestamptz not null,
  received_at timestamptz not null,
  lon double precision not null check (lon between -180 and 180),
  lat double precision not null check (lat between -90 and 90),
  speed_kmh double precision,
  bearing_degrees double precision,
  accuracy_meters double precision,
  attributes jsonb
) with (fillfactor = 50);

-- The history, one partition per UTC day. The key drops a position that was
-- sent twice, and read backwards it is a device's track.
create table gisd.device_position (
  device_id text collate "C" not null,
  at timestamptz not null,
  received_at timestamptz not null,
  lon double precision not null,
  lat double precision not null,
  speed_kmh double precision,
  bearing_degrees double precision,
  accuracy_meters double precision,
  attributes jsonb,
  primary key (device_id, at)
) partition by range (at);
create index device_position_at on gisd.device_position using brin (at) with (pages_per_range = 32);

-- Makes the partition of one UTC day; true when it was missing. Two nodes may
-- call it at once.
create function gisd.ensure_device_position_day(day date) returns boolean
language plpgsql as $$
declare
  partition_name text := 'device_position_' || to_char(day, 'YYYYMMDD');
begin
  if to_regclass('gisd.' || quote_ident(partition_name)) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(1735287653, 1);
  if to_regclass('gisd.' || quote_ident(partition_name)) is not null then
    return false;
  end if;
  execute format('create table if not exists gisd.%I partition of gisd.device_position for values from (%L) to (%L)',
    partition_name,
    day::timestamp at time zone 'UTC',
    (day + 1)::timestamp at time zone 'UTC');
  return true;
end
$$;

-- Drops the partitions of all days before the given one; returns how many.
create function gisd.drop_device_positions_before(day date) returns integer
language plpgsql as $$
declare
  partition_name text;
  dropped integer := 0;
begin
  perform pg_advisory_xact_lock(1735287653, 1);
  for partition_name in
    select child.relname
    from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'gisd.device_position'::regclass
      and child.relname ~ '^device_position_[0-9]{8}$'
      and to_date(right(child.relname, 8), 'YYYYMMDD') < day
  loop
    execute format('drop table gisd.%I', partition_name);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;

-- A change of the registry is announced; the payload is the device.
create function gisd.announce_device() returns trigger
language plpgsql as $$
begin
  perform pg_notify('gisd_device', coalesce(new.id, old.id));
  return null;
end
$$;

create trigger device_announce
after insert or update or delete on gisd.device
for each row execute function gisd.announce_device();
