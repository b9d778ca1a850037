-- The catalogue: collections with their versions, fields and code lists,
-- imports with provenance, people, keys, audit.
--
-- Schemas: gisd (this catalogue), data (one table per version of a collection),
-- history (one table per collection), layers (one view per collection, for
-- people's own SQL).

create schema gisd;
create schema data;
create schema history;
create schema layers;

create table gisd.code_list (
  id text primary key check (id ~ '^[a-z][a-z0-9_-]{0,62}$'),
  title_vi text not null default '',
  title_en text not null default '',
  legal_basis text not null default ''
);

create table gisd.code_value (
  code_list_id text not null references gisd.code_list on delete cascade,
  code text not null,
  label_vi text not null default '',
  label_en text not null default '',
  color text check (color ~ '^#[0-9A-Fa-f]{6}$'),
  ordinal integer not null default 0,
  valid_from date,
  valid_to date,
  primary key (code_list_id, code)
);

create table gisd.collection (
  id text primary key check (id ~ '^[a-z][a-z0-9_-]{0,62}$'),
  title_vi text not null default '',
  title_en text not null default '',
  description_vi text not null default '',
  description_en text not null default '',
  layer_group text not null default '',
  ordinal integer not null default 0,
  keywords text[] not null default '{}',
  licence text not null default '',
  attribution text not null default '',
  department text not null default '',
  visibility text not null default 'internal' check (visibility in ('public', 'internal', 'restricted')),
  roles text[] not null default '{}',
  published boolean not null default false,
  min_zoom integer not null default 0 check (min_zoom between 0 and 24),
  max_zoom integer not null default 18 check (max_zoom between 0 and 24),
  style jsonb,
  search_field text not null default '',
  time_field text not null default '',
  demo boolean not null default false,
  current_version integer not null default 0,  -- 0: nothing imported
  previous_version integer not null default 0, -- what a revert goes back to; 0: nothing
  last_version integer not null default 0,     -- highest number ever given out
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (visibility <> 'restricted' or roles <> '{}')
);

create table gisd.import (
  id bigint generated always as identity primary key,
  collection_id text not null, -- may not exist, when the import failed
  version integer not null,
  mode text not null check (mode in ('create', 'replace', 'append', 'upsert')),
  state text not null check (state in ('running', 'done', 'failed', 'interrupted')),
  source_name text not null, -- base name only: a path may hold personal names
  source_layer text not null default '',
  source_sha256 text not null default '',
  source_bytes bigint not null default 0,
  format text not null default '',
  encoding text not null default '',
  crs text not null default '',
  crs_reason text not null default '',
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  features_read bigint not null default 0,
  features_loaded bigint not null default 0,
  features_rejected bigint not null default 0,
  features_repaired bigint not null default 0,
  report jsonb not null default '{}',
  changed_by text not null default ''
);
create index import_collection on gisd.import (collection_id, id desc);

-- One row per version; state 'staging' rows belong to a running import, whose
-- session holds advisory lock (1735287652, import_id).
create table gisd.collection_version (
  collection_id text not null,
  version integer not null,
  table_name text not null unique, -- in schema data
  state text not null check (state in ('staging', 'ready')),
  geometry_type text not null,
  dimensions text not null default 'XY' check (dimensions in ('XY', 'XYZ', 'XYM', 'XYZM')),
  srid integer not null,
  id_kind text not null check (id_kind in ('integer', 'text')),
  id_field text not null default '',
  feature_count bigint not null default 0,
  without_geometry bigint not null default 0, -- of these; a partial index lists their ids
  -- SRID 4326, lon lat degrees, rounded outwards; null without features
  min_lon double precision,
  min_lat double precision,
  max_lon double precision,
  max_lat double precision,
  import_id bigint references gisd.import on delete set null,
  created_at timestamptz not null default now(),
  primary key (collection_id, version)
);

create table gisd.field (
  collection_id text not null,
  version integer not null,
  ordinal integer not null,
  name text not null,
  column_name text not null check (column_name ~ '^[a-z_][a-z0-9_]{0,62}$'),
  type text not null check (type in ('string', 'integer', 'number', 'boolean', 'date', 'datetime', 'json')),
  title_vi text not null default '',
  title_en text not null default '',
  unit text not null default '',
  code_list_id text not null default '',
  primary key (collection_id, version, ordinal),
  unique (collection_id, version, name),
  unique (collection_id, version, column_name),
  foreign key (collection_id, version) references gisd.collection_version on delete cascade
);

create table gisd.person (
  id bigint generated always as identity primary key,
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9._@-]{0,62}$'),
  full_name text not null default '',
  password_hash text not null, -- argon2id, PHC string format
  roles text[] not null default '{viewer}',
  department text not null default '',
  disabled boolean not null default false,
  failed_logins integer not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table gisd.session (
  token_sha256 bytea primary key,
  person_id bigint not null references gisd.person on delete cascade,
  csrf_token text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_seen_at timestamptz not null default now(),
  remote_address text not null default ''
);
create index session_expiry on gisd.session (expires_at);

create table gisd.api_key (
  id bigint generated always as identity primary key,
  prefix text not null unique, -- first characters of the key, to recognise it by
  key_sha256 bytea not null unique,
  name text not null,
  roles text[] not null,
  department text not null default '',
  device_id text, -- a key that may only report this device's positions
  created_by text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table gisd.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  object text not null,
  detail jsonb not null default '{}',
  request_id text not null default '',
  remote_address text not null default ''
);
create index audit_object on gisd.audit (object, id desc);

-- Whether a caller may read a collection: spatial.Access.CanRead in SQL, tested
-- to be equal to it. anonymous says that nobody signed in, which a device's key
-- does not either; roles and department are the caller's.
create function gisd.can_read(c gisd.collection, anonymous boolean, roles text[], department text)
returns boolean
language sql immutable parallel safe as $$
  select 'admin' = any (roles)
    or case
      when not c.published then
        'editor' = any (roles) and c.department <> '' and c.department = department
      when c.visibility = 'public' then true
      when c.visibility = 'internal' then not anonymous
      else c.roles && roles
    end
$$;

-- Text as search compares it: lower case without diacritics, "Đường" -> "duong".
-- Immutable by naming the dictionary, so that indexes can be built on it; schema
-- names are spelt out because restore and autovacuum run with an empty path.
create function gisd.fold(value text)
returns text
language plpgsql immutable strict parallel safe as $$
begin
  return pg_catalog.lower(public.unaccent('public.unaccent'::regdictionary, pg_catalog.normalize(value, 'NFC')));
end
$$;

-- Every change of what readers see is announced; the payload is the collection.
create function gisd.announce_catalogue() returns trigger
language plpgsql as $$
begin
  perform pg_notify('gisd_catalogue', coalesce(new.id, old.id));
  return null;
end
$$;

create trigger collection_announce
after insert or update or delete on gisd.collection
for each row execute function gisd.announce_catalogue();
