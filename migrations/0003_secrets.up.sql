-- Random values that all nodes share, made by the first that asks: the key that
-- seals paging cursors.
create table gisd.secret (
  name text primary key,
  value bytea not null,
  created_at timestamptz not null default now()
);
