-- How long the history of a kind of device is kept. What is null, and kinds without a
-- row, follow the settings position-days and reading-days of the server.

create table gisd.device_retention (
  kind text collate "C" primary key check (kind ~ '^[a-z][a-z0-9_-]{0,31}$'),
  position_days integer check (position_days between 0 and 36500), -- 0 keeps all
  reading_days integer check (reading_days between 0 and 36500),
  changed_by text not null,
  changed_at timestamptz not null default now()
);
