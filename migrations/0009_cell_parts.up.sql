-- Small scales after an edit: what a cell of zoom 12 comes to on them is kept, so
-- that the neighbourhood of an edit is made again from it and the rest stays.
create table gisd.cell_part (
  pyramid_id bigint not null references gisd.pyramid on delete cascade,
  x integer not null,              -- column and row, from the top left, of the cell of zoom 12
  y integer not null,
  part bytea,                      -- null: there is none yet; empty: nothing of it shows
  edits bigint not null default 0, -- how often the cell was packed again
  edited_at timestamptz,           -- the first of those that small scales do not show; null where they show all
  primary key (pyramid_id, x, y)
);
alter table gisd.cell_part alter column part set storage external;
create index cell_part_edited on gisd.cell_part (pyramid_id, edited_at) where edited_at is not null;
