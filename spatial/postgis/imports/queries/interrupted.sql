-- Imports that are marked running; whether they are shows in their lock.
-- Index: none, few rows are running.
select id
from gisd.import
where state = 'running'
order by id
