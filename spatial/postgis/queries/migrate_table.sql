-- The record of applied migrations. Outside schema gisd, which "down" removes.
create table if not exists public.gisd_migration (
  version integer primary key,
  name text not null,
  checksum text not null, -- SHA-256 of the up file
  applied_at timestamptz not null default now()
)
