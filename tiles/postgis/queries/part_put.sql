-- Keeps what a cell of zoom 13 comes to at small scales. $1 pyramid, $2 column,
-- $3 row, $4 part.
insert into gisd.cell_part (pyramid_id, x, y, part)
values ($1, $2, $3, $4)
on conflict (pyramid_id, x, y) do update
set part = excluded.part
