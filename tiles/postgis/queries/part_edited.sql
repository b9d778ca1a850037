-- The cells of zoom 13 that small scales do not show as they are, with how often
-- they were packed again. $1 pyramid. Index: cell_part_edited.
select x, y, edits
from gisd.cell_part
where pyramid_id = $1
  and edited_at is not null
order by y, x
