-- Writes a cell; nothing where it is the same already. $1 pyramid, $2 first zoom,
-- $3 column, $4 row, $5 features, $6 record, null where it is too large.
insert into gisd.cell (pyramid_id, first_zoom, x, y, features, record)
values ($1, $2, $3, $4, $5, $6)
on conflict (pyramid_id, first_zoom, x, y) do update
set features = excluded.features,
  record = excluded.record
where cell.record is distinct from excluded.record
