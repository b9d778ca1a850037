-- Notes that small scales show a cell of zoom 13, unless it was packed again since
-- it was read. $1 pyramid, $2 column, $3 row, $4 how often it had been by then.
update gisd.cell_part
set edited_at = null
where pyramid_id = $1
  and x = $2
  and y = $3
  and edits = $4
