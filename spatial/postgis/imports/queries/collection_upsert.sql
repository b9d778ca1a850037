-- Creates the collection, or leaves what people set on one that exists; with
-- $9 it is published at visibility $10. $1 id, $2 title vi, $3 title en,
-- $4 group, $5 ordinal, $6 keywords, $7 licence, $8 attribution, $9 publish,
-- $10 visibility, $11 roles, $12 department, $13 style, $14 search field,
-- $15 time field, $16 demo, $17 version, $18 the titles are meant for a
-- collection that exists too.
insert into gisd.collection as c
  (id, title_vi, title_en, layer_group, ordinal, keywords, licence, attribution, published,
  visibility, roles, department, style, search_field, time_field, demo, last_version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14, $15, $16, $17)
on conflict (id) do update
set title_vi = case when $18 then excluded.title_vi else c.title_vi end,
  title_en = case when $18 then excluded.title_en else c.title_en end,
  published = c.published or excluded.published,
  visibility = case when excluded.published then excluded.visibility else c.visibility end,
  roles = case when excluded.published then excluded.roles else c.roles end,
  search_field = excluded.search_field,
  time_field = excluded.time_field,
  last_version = greatest(c.last_version, excluded.last_version)
returning xmax = 0
