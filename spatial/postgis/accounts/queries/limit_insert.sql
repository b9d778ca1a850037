-- Adds a rule. $1 role, $2 collection id or '' for all, $3 numbers of areas, null for
-- none named, $4 what the columns are, $5 columns text[].
insert into gisd.role_limit (role, collection_id, areas, column_rule, columns)
values ($1, $2, $3, $4, $5)
