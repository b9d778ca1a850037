-- What of collections a role lets its holders see: areas and columns.

-- Areas that limits name: features of collections such as communes, as they were
-- when the limit was set. The number stands for the area wherever one is told.
create table gisd.area (
  number integer generated always as identity primary key,
  collection_id text not null,
  feature_id text not null,
  geom geometry(MultiPolygon) not null, -- in the CRS of that collection
  taken_at timestamptz not null default clock_timestamp(),
  unique (collection_id, feature_id)
);

-- A rule is never changed: another one takes its place, with another id, so that the
-- ids of rules tell whether somebody knows what holds at this moment.
create table gisd.role_limit (
  id bigint generated always as identity primary key,
  role text not null check (role ~ '^[a-z0-9_-]+$' and role <> 'admin'),
  collection_id text not null default '', -- '' for all that have no rule of their own
  areas integer[],                        -- numbers; null says nothing of areas, none at all is everywhere
  column_rule text not null default '' check (column_rule in ('', 'show', 'hide')), -- '' says nothing of columns
  columns text[] not null default '{}',   -- names of properties; 'hide' of none is every column
  created_at timestamptz not null default clock_timestamp(),
  unique (role, collection_id),
  check (areas is not null or column_rule <> '')
);

-- The rules that a caller of these roles has to know for a collection.
create function gisd.limits_of(collection text, roles text[]) returns bigint[]
language sql stable parallel safe set search_path = pg_catalog as $$
  select array(
    select l.id
    from gisd.role_limit l
    where l.role = any (roles)
      and l.collection_id in ('', collection)
      and not 'admin' = any (roles)
    order by l.id
  )
$$;

create function gisd.announce_limits() returns trigger
language plpgsql as $$
begin
  perform pg_notify('gisd_catalogue', '');
  return null;
end
$$;

create trigger role_limit_announce
after insert or update or delete on gisd.role_limit
for each statement execute function gisd.announce_limits();

create trigger area_announce
after insert or update or delete on gisd.area
for each statement execute function gisd.announce_limits();
