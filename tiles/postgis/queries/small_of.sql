-- How the small scales of a version were made, in the format of this program.
-- $1 collection id, $2 version, $3 format. The last column says whether the parts
-- of all cells of zoom 13 are there.
select p.id, p.dissolve, p.generalisation,
  not exists (
    select
    from gisd.cell c
    left join gisd.cell_part e
      on e.pyramid_id = c.pyramid_id
      and e.x = c.x
      and e.y = c.y
    where c.pyramid_id = p.id
      and c.first_zoom = 13
      and e.part is null
      and e.edited_at is null
  )
from gisd.pyramid p
where p.collection_id = $1
  and p.version = $2
  and p.format = $3
