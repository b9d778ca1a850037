-- What roles are limited to, a row a rule. Expects a few hundred; no index.
select id, role, collection_id, areas, column_rule, columns
from gisd.role_limit
order by id
