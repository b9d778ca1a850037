-- The collections whose small scales do not show an edit, with the seconds since
-- the first such edit, the oldest first. Index: cell_part_edited.
select p.collection_id, extract(epoch from clock_timestamp() - min(e.edited_at))::double precision
from gisd.cell_part e
join gisd.pyramid p on p.id = e.pyramid_id
join gisd.collection c
  on c.id = p.collection_id
  and c.current_version = p.version
where p.ready
  and e.edited_at is not null
group by p.collection_id
order by min(e.edited_at)
