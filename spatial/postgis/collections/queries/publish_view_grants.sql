-- Statements that give a view of schema layers, once made anew, the grants it
-- has now; grants on columns that the next table lacks are left out.
-- $1 view, $2 next table in schema data.
with view as (
  select c.oid, c.relname, c.relowner, c.relacl
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'layers'
    and c.relname = $1
),
granted as (
  select a.grantee, a.privilege_type, a.is_grantable, null::name as column_name
  from view, aclexplode(view.relacl) a
  union all
  select a.grantee, a.privilege_type, a.is_grantable, t.attname
  from view
  join pg_attribute t on t.attrelid = view.oid
  cross join aclexplode(t.attacl) a
  where exists (
    select
    from pg_attribute next
    where next.attrelid = to_regclass(format('data.%I', $2::text))
      and next.attname = t.attname
      and not next.attisdropped
  )
)
select format(
  'grant %s%s on layers.%I to %s%s',
  g.privilege_type,
  coalesce(' (' || quote_ident(g.column_name) || ')', ''),
  view.relname,
  case when g.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end,
  case when g.is_grantable then ' with grant option' else '' end
)
from granted g, view
where g.grantee <> view.relowner
