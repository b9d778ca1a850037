alter table gisd.collection drop column required_fields, drop column locking;
create or replace function gisd.record_edit() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  held record;
  who text := coalesce(nullif(current_setting('gisd.changed_by', true), ''), 'sql:' || session_user);
  before record;
  properties jsonb;
begin
  select v.collection_id, v.version, v.id_kind, c.current_version
  into held
  from gisd.collection_version v
  join gisd.collection c on c.id = v.collection_id
  where v.table_name = tg_table_name;
  if held.version is distinct from held.current_version then
    raise exception 'version % of % is not current any more', held.version, held.collection_id
      using errcode = 'object_not_in_prerequisite_state', hint = 'Load the layer again and repeat the edit.';
  end if;

  if tg_when = 'BEFORE' then
    if tg_op = 'INSERT' then
      if new.id is null and held.id_kind = 'integer' then
        perform pg_advisory_xact_lock(1735287654, (tg_relid::bigint % 2147483647)::integer);
        execute format('select coalesce(max(id), 0) + 1 from %I.%I', tg_table_schema, tg_table_name) into new.id;
      elsif new.id is null then
        new.id := gen_random_uuid()::text;
      end if;
      new.revision := 1;
    else
      new.revision := old.revision;
      new.recorded_at := old.recorded_at;
      new.changed_by := old.changed_by;
      if new *= old then
        return new;
      end if;
      new.revision := case when new.id = old.id then old.revision + 1 else 1 end;
    end if;
    new.recorded_at := clock_timestamp();
    new.changed_by := who;
    return new;
  end if;

  if tg_op <> 'INSERT' then
    if tg_op = 'UPDATE' and new *= old then
      return null;
    end if;
    before := old;
    before.geom := null;
    properties := to_jsonb(before) - array['id', 'revision', 'recorded_at', 'changed_by', 'geom'];
    execute format(
      'insert into history.%I (id, revision, recorded_at, changed_by, operation, properties, geom) values ($1, $2, $3, $4, $5, $6, $7)',
      held.collection_id
    )
    using old.id::text, old.revision, old.recorded_at, old.changed_by,
      case when tg_op = 'UPDATE' and new.id = old.id then 'update' else 'delete' end, properties, old.geom;
  end if;
  if tg_op = 'UPDATE' and new.id = old.id then
    insert into gisd.edit as e (collection_id, version, id, operation, changed_by, original, original_geom)
    values (held.collection_id, held.version, old.id::text, 'update', who, properties, old.geom)
    on conflict (collection_id, version, id) do update
    set changed_by = excluded.changed_by, last_at = excluded.last_at;
    return null;
  end if;
  if tg_op <> 'INSERT' then
    delete from gisd.edit
    where collection_id = held.collection_id
      and version = held.version
      and id = old.id::text
      and operation = 'insert';
    if not found then
      insert into gisd.edit as e (collection_id, version, id, operation, changed_by, original, original_geom)
      values (held.collection_id, held.version, old.id::text, 'delete', who, properties, old.geom)
      on conflict (collection_id, version, id) do update
      set operation = 'delete', changed_by = excluded.changed_by, last_at = excluded.last_at;
    end if;
  end if;
  if tg_op <> 'DELETE' then
    insert into gisd.edit as e (collection_id, version, id, operation, changed_by)
    values (held.collection_id, held.version, new.id::text, 'insert', who)
    on conflict (collection_id, version, id) do update
    set operation = 'update', changed_by = excluded.changed_by, last_at = excluded.last_at;
  end if;
  return null;
end
$$;
create or replace function gisd.soil(
  collection text, version integer, boxes double precision[],
  origin text default 'edit', whole boolean default false
) returns void
language sql security definer set search_path = pg_catalog, public as $$
  insert into gisd.dirty (collection_id, version, boxes, origin, whole) values ($1, $2, $3, $4, $5);
  select pg_notify('gisd_dirty', '');
$$;
drop trigger collection_note_version on gisd.collection;
drop function gisd.note_version();
drop function gisd.changer();
drop function gisd.number_changes();
drop table gisd.change_state;
drop table gisd.change;
