-- Removes the values of a code list. $1 its id.
delete from gisd.code_value
where code_list_id = $1
