-- What tracks of a kind of device may be read for, and by whom. Kinds without a row are
-- read by operators, for a purpose in their own words.

create table gisd.track_rule (
  kind text collate "C" primary key check (kind ~ '^[a-z][a-z0-9_-]{0,31}$'),
  purposes text[] not null default '{}', -- a reader names one of them; empty for any
  readers text[] not null default '{}', -- roles; empty for operators
  changed_by text not null,
  changed_at timestamptz not null default now()
);
