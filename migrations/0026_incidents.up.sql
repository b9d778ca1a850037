-- What people have to deal with, opened by rules or by people, and what became of it.

create table gisd.incident (
  id bigint generated always as identity primary key,
  revision bigint not null default 1,
  key text collate "C", -- of what is told again while the incident is active; null of what is never the same
  title text not null,
  description text not null default '',
  severity text not null check (severity in ('minor', 'moderate', 'severe', 'extreme')),
  state text not null default 'open' check (state in ('open', 'acknowledged', 'in_progress', 'resolved', 'closed')),
  certainty text not null check (certainty in ('provisional', 'final', 'withdrawn')), -- of the events that it was opened for
  events bigint not null default 0, -- that opened it or were folded into it, and stand
  -- of a rule; '' where there is none
  rule_id text collate "C" not null default '',
  collection_id text not null default '',
  fence_id text collate "C" not null default '',
  device_id text collate "C" not null default '',
  other_id text collate "C" not null default '',
  lon double precision check (lon between -180 and 180), -- SRID 4326, degrees
  lat double precision check (lat between -90 and 90),
  assignee text not null default '', -- name of a person
  occurred_at timestamptz not null, -- of the first event
  last_at timestamptz not null, -- of the last event
  opened_by text not null,
  opened_at timestamptz not null default clock_timestamp(),
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  check ((lon is null) = (lat is null))
);
create index incident_opened on gisd.incident (opened_at desc, id desc);
-- What is told again is folded into the incident of its key that is active.
create unique index incident_active on gisd.incident (key) where state in ('open', 'acknowledged', 'in_progress');

-- The timeline: nothing of it is changed.
create table gisd.incident_entry (
  seq bigint generated always as identity primary key,
  incident_id bigint not null references gisd.incident on delete cascade,
  at timestamptz not null default clock_timestamp(),
  by text not null,
  kind text not null,
  detail jsonb not null default '{}'
);
create index incident_entry_incident on gisd.incident_entry (incident_id, seq);

-- Which events an incident knows, by the name of the event.
create table gisd.incident_event (
  rule_id text collate "C" not null,
  device_id text collate "C" not null,
  fence_id text collate "C" not null,
  other_id text collate "C" not null,
  kind text not null,
  at timestamptz not null,
  incident_id bigint not null references gisd.incident on delete cascade,
  opens boolean not null, -- false: it is noted, and neither opens an incident nor keeps one
  status text not null check (status in ('provisional', 'final', 'withdrawn')),
  primary key (rule_id, device_id, fence_id, other_id, kind, at)
);
create index incident_event_incident on gisd.incident_event (incident_id);

create function gisd.announce_incident() returns trigger
language plpgsql as $$
begin
  perform pg_notify('gisd_incident', new.incident_id::text);
  return null;
end
$$;

create trigger incident_announce
after insert on gisd.incident_entry
for each row execute function gisd.announce_incident();
