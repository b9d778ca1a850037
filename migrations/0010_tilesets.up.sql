-- Tilesets that are not drawn here: archives on disk and tiles of other servers.

create table gisd.tileset (
  id text primary key check (id ~ '^[a-z][a-z0-9_-]{0,62}$'),
  title_vi text not null default '',
  title_en text not null default '',
  description_vi text not null default '',
  description_en text not null default '',
  layer_group text not null default '',
  ordinal integer not null default 0,
  attribution text not null default '',
  department text not null default '',
  visibility text not null default 'internal' check (visibility in ('public', 'internal', 'restricted')),
  roles text[] not null default '{}',
  published boolean not null default false,
  hidden boolean not null default false,
  kind text not null check (kind in ('archive', 'xyz', 'wmts', 'wms')),
  source text not null, -- a path, or an address that may hold a key
  proxied boolean not null default false,
  format text not null check (format in ('pbf', 'png', 'jpg', 'webp')),
  tile_size integer not null default 256 check (tile_size between 64 and 2048),
  min_zoom integer not null default 0 check (min_zoom between 0 and 24),
  max_zoom integer not null default 18 check (max_zoom between min_zoom and 24),
  -- SRID 4326, lon lat degrees
  min_lon double precision not null,
  min_lat double precision not null,
  max_lon double precision not null,
  max_lat double precision not null,
  vector_layers json, -- as in TileJSON
  updated_at timestamptz not null default clock_timestamp(),
  check (visibility <> 'restricted' or roles <> '{}')
);

create trigger tileset_announce
after insert or update or delete on gisd.tileset
for each row execute function gisd.announce_catalogue();

-- Collections and tilesets share their addresses, and so their ids.
create function gisd.refuse_taken_id() returns trigger
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(1735287653, hashtext(new.id));
  if exists (select from gisd.collection c where c.id = new.id and tg_table_name = 'tileset')
    or exists (select from gisd.tileset t where t.id = new.id and tg_table_name = 'collection')
  then
    raise unique_violation using message = 'the id is taken';
  end if;
  return new;
end
$$;

create trigger tileset_id
before insert on gisd.tileset
for each row execute function gisd.refuse_taken_id();

create trigger collection_id
before insert on gisd.collection
for each row execute function gisd.refuse_taken_id();
