-- A code list. $1 its id.
select title_vi, title_en, legal_basis
from gisd.code_list
where id = $1
