-- What the rules found. An event is named by its rule, device, fence or other device, kind and time;
-- what is told of it later takes the place of what was told before. Rules, devices and
-- fences may be gone; their events stay.

create table gisd.live_event (
  rule_id text collate "C" not null,
  device_id text collate "C" not null,
  collection_id text not null, -- of the fence; '' for drawn ones
  fence_id text collate "C" not null, -- '' for rules with one state for each device
  other_id text collate "C" not null, -- the device it came near, or ''
  kind text not null,
  at timestamptz not null, -- of the fix
  since timestamptz not null, -- when the stay began that it is about; of a crossing the fix before
  lon double precision not null, -- of the fix, degrees
  lat double precision not null,
  value double precision, -- speed, km/h, reading, rate per hour, or distance in metres
  road text not null, -- whose speed limit counted, or ''
  status text not null check (status in ('provisional', 'final', 'withdrawn')),
  correction boolean not null, -- told after it was, or would have been, final
  told_at timestamptz not null default clock_timestamp(),
  primary key (rule_id, device_id, fence_id, other_id, kind, at)
);
create index live_event_at on gisd.live_event (at desc, device_id, rule_id);
