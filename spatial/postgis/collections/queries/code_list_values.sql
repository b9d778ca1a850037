-- The values of a code list in order. $1 its id.
select code, label_vi, label_en, coalesce(color, ''), valid_from, valid_to
from gisd.code_value
where code_list_id = $1
order by ordinal, code
