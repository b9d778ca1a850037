-- Removes a code list with its values.
-- $1 text: id. Index: the primary key of gisd.code_list.
delete from gisd.code_list
where id = $1
