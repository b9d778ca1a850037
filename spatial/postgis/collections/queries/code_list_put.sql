-- Creates or renames a code list. $1 id, $2 title_vi, $3 title_en, $4 legal basis.
insert into gisd.code_list (id, title_vi, title_en, legal_basis)
values ($1, $2, $3, $4)
on conflict (id) do update
set title_vi = excluded.title_vi,
  title_en = excluded.title_en,
  legal_basis = excluded.legal_basis
