-- Packed cells: what is drawn on a tile of a collection's version, encoded
-- before it is asked for. They are rows, and so in every backup and replica, and
-- go with the version.

-- One build of the cells of a version; a later build takes its place. Without
-- bands nothing was worth building, or people purged it: tiles come from rows.
create table gisd.pyramid (
  id bigint generated always as identity primary key,
  collection_id text not null,
  version integer not null,
  format integer not null,        -- of the records; another program may not read them
  snapshot pg_snapshot not null,  -- what the build saw: what is edited later is rebuilt cell by cell
  features bigint not null default 0,
  seconds double precision not null default 0,
  dissolve text not null default '',            -- the property that small scales are merged by
  generalisation jsonb not null default '[]',   -- what was done to stay within the byte budget, by zoom
  edited_at timestamptz,                        -- the first edit that small scales do not show yet
  ready boolean not null default false, -- not before edits made meanwhile are in it
  built_at timestamptz not null default clock_timestamp(),
  unique (collection_id, version),
  foreign key (collection_id, version) references gisd.collection_version on delete cascade
);

-- A range of zooms, complete: where it has no cell there is nothing to draw.
create table gisd.pyramid_band (
  pyramid_id bigint not null references gisd.pyramid on delete cascade,
  first_zoom smallint not null check (first_zoom between 0 and 24), -- its tiles are the cells
  last_zoom smallint not null check (last_zoom between first_zoom and 24),
  primary key (pyramid_id, first_zoom)
);

-- x and y are the column and row, from the top left, of a tile of first_zoom in
-- WebMercatorQuad. A null record is a cell too large to hold: its tiles come
-- from rows.
create table gisd.cell (
  pyramid_id bigint not null,
  first_zoom smallint not null,
  x integer not null,
  y integer not null,
  features integer not null,
  record bytea,
  primary key (pyramid_id, first_zoom, x, y),
  foreign key (pyramid_id, first_zoom) references gisd.pyramid_band on delete cascade
);
-- Records are dense already: stored outside the row as they are.
alter table gisd.cell alter column record set storage external;
