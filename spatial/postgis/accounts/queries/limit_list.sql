-- Every rule with where its areas are from, whether its collection is there, and
-- which of its columns are not: of a rule for all collections those that are in none.
-- Expects a few hundred; no index.
select l.id, l.role, l.collection_id, l.areas, l.column_rule, l.columns,
  array(select a.collection_id from gisd.area a where a.number = any (l.areas) order by a.number),
  array(select a.feature_id from gisd.area a where a.number = any (l.areas) order by a.number),
  l.collection_id = '' or exists (select from gisd.collection c where c.id = l.collection_id),
  array(
    select said.column_said
    from unnest(l.columns) said (column_said)
    where not exists (
      select
      from gisd.field f
      join gisd.collection c
        on c.id = f.collection_id
        and c.current_version = f.version
      where l.collection_id in ('', c.id)
        and lower(said.column_said) in (lower(f.name), lower(f.column_name))
    )
  )
from gisd.role_limit l
order by l.role, l.collection_id
