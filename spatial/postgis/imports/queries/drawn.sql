-- How a collection that is there is drawn. $1 collection id.
select style, min_zoom
from gisd.collection
where id = $1
