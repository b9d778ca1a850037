-- The sets of areas that features of cells are in. Expects about as many as there are
-- areas; no index.
select number, areas
from gisd.owner_set
