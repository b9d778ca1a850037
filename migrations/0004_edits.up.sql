-- Edits that people make between two imports, and what an import records of
-- where its data came from.

-- What was changed in a version's table since it was imported, one row per
-- feature. Together with the original it is what an import must not lose
-- silently and can make again on the next version.
create table gisd.edit (
  collection_id text not null,
  version integer not null,
  id text collate "C" not null, -- of the feature
  operation text not null check (operation in ('insert', 'update', 'delete')),
  changed_by text not null,
  first_at timestamptz not null default clock_timestamp(),
  last_at timestamptz not null default clock_timestamp(),
  -- what the import had brought, properties by column; null for an insert
  original jsonb,
  original_geom geometry,
  primary key (collection_id, version, id),
  foreign key (collection_id, version) references gisd.collection_version on delete cascade
);

-- Triggers of every version's table: before a row it stamps revision, time and
-- person, after it the old state goes to history and the edit is noted. An
-- import builds its table before it has the triggers. With the rights of the
-- owner, so that grants on layers.<collection> are enough for people.
-- A version that is no longer current refuses: the edit would be lost.
create function gisd.record_edit() returns trigger
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

-- Gives a version's table the triggers.
create function gisd.watch_edits(table_name text) returns void
language plpgsql as $$
begin
  execute format(
    'create trigger stamp_edit before insert or update on data.%I for each row execute function gisd.record_edit()',
    table_name
  );
  execute format(
    'create trigger record_edit after insert or update or delete on data.%I for each row execute function gisd.record_edit()',
    table_name
  );
end
$$;

select gisd.watch_edits(table_name)
from gisd.collection_version
where state = 'ready';

alter table gisd.import
  add column mapping text not null default '', -- the mapping file, as it was given
  add column features_inserted bigint not null default 0,
  add column features_updated bigint not null default 0,
  add column features_unchanged bigint not null default 0,
  add column features_deleted bigint not null default 0,
  add column seconds double precision not null default 0; -- from the first byte to the swap

update gisd.import
set features_inserted = features_loaded,
  seconds = coalesce(extract(epoch from finished_at - started_at), 0)
where state = 'done';

-- Where the ids come from: a field (its name is in id_field), the source's own
-- ids, the hash of the geometry, running numbers; '' where it is not known.
alter table gisd.collection_version
  add column id_source text not null default '' check (id_source in ('', 'field', 'source', 'geometry', 'number'));

update gisd.collection_version v
set id_source = case
    when v.id_field <> '' then 'field'
    when i.report ->> 'idFrom' in ('source', 'number') then i.report ->> 'idFrom'
    else ''
  end
from gisd.import i
where i.id = v.import_id;
