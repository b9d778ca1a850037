-- Counts of features stay exact while people edit: what a version came with, less
-- the edits that were part of it already, and what edits have added and taken
-- away.
alter table gisd.collection_version
  add column edits_counted bigint not null default 0; -- inserts less deletes among the edits that feature_count holds

create index edit_count on gisd.edit (collection_id, version, operation)
where operation <> 'update';

-- Versions from before: which of their edits feature_count holds is not known,
-- so they are counted.
do $$
declare
  v record;
  held bigint;
begin
  for v in
    select collection_id, version, table_name
    from gisd.collection_version cv
    where state = 'ready'
      and exists (
        select from gisd.edit e
        where e.collection_id = cv.collection_id
          and e.version = cv.version
          and e.operation <> 'update'
      )
  loop
    if to_regclass(format('data.%I', v.table_name)) is null then
      continue;
    end if;
    execute format('select count(*) from data.%I', v.table_name) into held;
    update gisd.collection_version cv
    set feature_count = held,
      edits_counted = (
        select coalesce(sum(case e.operation when 'insert' then 1 else -1 end), 0)
        from gisd.edit e
        where e.collection_id = cv.collection_id
          and e.version = cv.version
          and e.operation <> 'update'
      )
    where cv.collection_id = v.collection_id
      and cv.version = v.version;
  end loop;
end
$$;
