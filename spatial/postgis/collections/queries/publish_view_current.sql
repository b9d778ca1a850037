-- Whether the view of a collection reads the table of the current version.
-- $1 collection id, $2 table of the current version in schema data.
select exists (
  select
  from pg_class view
  join pg_rewrite rule on rule.ev_class = view.oid
  join pg_depend d
    on d.classid = 'pg_rewrite'::regclass
    and d.objid = rule.oid
    and d.refclassid = 'pg_class'::regclass
  where view.relnamespace = 'layers'::regnamespace
    and view.relname = $1
    and d.refobjid = to_regclass(format('data.%I', $2::text))
)
