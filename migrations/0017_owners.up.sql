-- In which areas the features of packed cells are: each carries the number of a set of
-- areas, so that tiles of who is limited to some are cut from the same cells.

-- Areas that limits name, as features of one reference system are compared with them.
-- Rows are never changed: an area that has become another one is another row.
create table gisd.owner_area (
  number integer generated always as identity primary key,
  key text not null unique,             -- stands for geom, see gisd.area_key
  geom geometry(MultiPolygon) not null, -- in the CRS of the features' storage
  taken_at timestamptz not null default clock_timestamp()
);

-- The sets of areas that features are in; what is in none has 0.
create table gisd.owner_set (
  number integer generated always as identity primary key,
  areas integer[] not null unique check (cardinality(areas) > 0) -- of gisd.owner_area, ascending
);

-- The areas that the cells tell apart; of all others they know nothing.
alter table gisd.pyramid add column areas integer[] not null default '{}';

-- What areas come to together, in a CRS; null where none of them is there.
create function gisd.area_in(numbers integer[], srid integer) returns geometry
language sql stable parallel safe set search_path = pg_catalog, public as $$
  select st_multi(st_union(case when st_srid(a.geom) = srid then a.geom else st_transform(a.geom, srid) end order by a.number))
  from gisd.area a
  where a.number = any (numbers)
$$;

-- SHA-256 of a geometry as EWKB: who has equal keys has the same area to the last digit.
create function gisd.area_key(area geometry) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, public as $$
  select encode(sha256(st_asewkb(area, 'NDR')), 'hex')
$$;
