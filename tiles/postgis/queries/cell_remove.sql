-- Takes away a cell with nothing in it. $1 pyramid, $2 first zoom, $3 column,
-- $4 row.
delete from gisd.cell
where pyramid_id = $1
  and first_zoom = $2
  and x = $3
  and y = $4
