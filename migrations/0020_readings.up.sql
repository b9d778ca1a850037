-- What sensors measure, one partition per UTC day.

create table gisd.device_reading (
  device_id text collate "C" not null,
  name text collate "C" not null, -- of the datastream: "water_level"
  at timestamptz not null,
  received_at timestamptz not null,
  value double precision not null,
  unit text not null default '', -- as the device names it, UCUM where it knows
  quality text not null default '', -- the device's own word: "good", "uncertain", "bad"
  primary key (device_id, name, at)
) partition by range (at);
create index device_reading_at on gisd.device_reading using brin (at) with (pages_per_range = 32);

-- Makes the partition of one UTC day; true when it was missing. Two nodes may call it
-- at once.
create function gisd.ensure_device_reading_day(day date) returns boolean
language plpgsql as $$
declare
  partition_name text := 'device_reading_' || to_char(day, 'YYYYMMDD');
begin
  if to_regclass('gisd.' || quote_ident(partition_name)) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(1735287653, 1);
  if to_regclass('gisd.' || quote_ident(partition_name)) is not null then
    return false;
  end if;
  execute format('create table if not exists gisd.%I partition of gisd.device_reading for values from (%L) to (%L)',
    partition_name,
    day::timestamp at time zone 'UTC',
    (day + 1)::timestamp at time zone 'UTC');
  return true;
end
$$;

-- Drops the partitions of all days before the given one; returns how many.
create function gisd.drop_device_readings_before(day date) returns integer
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
    where inhparent = 'gisd.device_reading'::regclass
      and child.relname ~ '^device_reading_[0-9]{8}$'
      and to_date(right(child.relname, 8), 'YYYYMMDD') < day
  loop
    execute format('drop table gisd.%I', partition_name);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;
