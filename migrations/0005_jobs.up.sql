-- Work that servers do after the request that asked for it: imports. The table
-- is the queue; each job is done by the node that holds its files.
create table gisd.job (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  kind text not null check (kind = 'import'),
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'canceled', 'interrupted')),
  node text not null,
  collection_id text not null, -- may not exist; with all layers of a file the beginning of the ids
  source_name text not null,   -- base name only: a path may hold personal names, an address secrets
  source_bytes bigint not null default 0,
  created_by text not null,
  department text not null default '', -- whose editors see it
  request jsonb not null,
  progress json,
  reports json,
  has_rejects boolean not null default false,
  code text not null default '',
  error text not null default '',
  cancel_asked boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  beat_at timestamptz -- the node lived then
);

-- One job at a time goes into a collection: this is what the second one hits.
create unique index job_collection on gisd.job (collection_id) where state in ('queued', 'running');
create index job_unfinished on gisd.job (node, created_at) where state in ('queued', 'running');
create index job_newest on gisd.job (created_at desc, id);
