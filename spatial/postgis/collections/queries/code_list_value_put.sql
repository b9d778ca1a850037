-- Adds a value to a code list. $1 list, $2 code, $3 label_vi, $4 label_en,
-- $5 colour "#rrggbb" or null, $6 ordinal, $7 and $8 first and last day or null.
insert into gisd.code_value (code_list_id, code, label_vi, label_en, color, ordinal, valid_from, valid_to)
values ($1, $2, $3, $4, $5, $6, $7, $8)
