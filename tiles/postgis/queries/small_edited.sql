-- Notes that small scales do not show a cell of zoom 13 as it is any more;
-- nothing where there are none. $1 pyramid, $2, $3 column and row of the cell,
-- $4 zoom of the cell.
insert into gisd.cell_part (pyramid_id, x, y, edits, edited_at)
select $1, $2, $3, 1, clock_timestamp()
where exists (
  select
  from gisd.pyramid_band
  where pyramid_id = $1
    and first_zoom < $4
)
on conflict (pyramid_id, x, y) do update
set edits = cell_part.edits + 1,
  edited_at = coalesce(cell_part.edited_at, excluded.edited_at)
