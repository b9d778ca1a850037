-- The ids of the collections whose view does not read the current version, or
-- that have versions which are neither current nor the one a revert goes back to.
-- Index: primary keys, pg_depend_depender_index.
select c.id
from gisd.collection c
join gisd.collection_version v
  on v.collection_id = c.id
  and v.version = c.current_version
where not exists (
    select
    from pg_class view
    join pg_rewrite rule on rule.ev_class = view.oid
    join pg_depend d
      on d.classid = 'pg_rewrite'::regclass
      and d.objid = rule.oid
      and d.refclassid = 'pg_class'::regclass
    where view.relnamespace = 'layers'::regnamespace
      and view.relname = c.id
      and d.refobjid = to_regclass(format('data.%I', v.table_name))
  )
  or exists (
    select
    from gisd.collection_version old
    where old.collection_id = c.id
      and old.state = 'ready'
      and old.version not in (c.current_version, c.previous_version)
  )
order by c.id
