-- The last position, the one up to which rows may be gone, and the one up to
-- which packed cells are known to be up to date.
select s.position, s.forgotten, coalesce(r.position, s.forgotten)
from gisd.dirty_state s
left join gisd.dirty_reader r on r.name = 'cells'
