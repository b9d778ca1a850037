-- Records a field of a version. $1 collection id, $2 version, $3 ordinal,
-- $4 name, $5 column, $6 type, $7 title vi, $8 title en, $9 unit, $10 code list.
insert into gisd.field
  (collection_id, version, ordinal, name, column_name, type, title_vi, title_en, unit, code_list_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
