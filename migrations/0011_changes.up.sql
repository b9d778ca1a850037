-- What changed in which order: the feed of changes for other applications, and
-- who made each change and when. What a feature was before stands in history.

-- One row for each feature that a statement changed. What is committed gets a
-- position when it is first asked for, as in gisd.dirty: late commits get late
-- positions, and "all up to here" is one comparison.
create table gisd.change (
  seq bigint generated always as identity primary key,
  position bigint unique, -- null until it is seen to be committed
  collection_id text not null,
  version integer not null,
  operation text not null check (operation in ('insert', 'update', 'delete', 'reload')),
  id text collate "C",  -- of the feature; null for 'reload': any feature may have changed
  revision bigint,      -- that the feature has since; of a deleted one the last that it had
  changed_by text not null,
  at timestamptz not null, -- recorded_at of the feature since; history.replaced_at of what it was
  check ((id is null) = (operation = 'reload'))
);
create index change_new on gisd.change (seq) where position is null;
create index change_read on gisd.change (collection_id, position);
create index change_feature on gisd.change (collection_id, id, seq);

create table gisd.change_state (
  single boolean primary key default true check (single),
  position bigint not null default 0 -- the last one given
);
insert into gisd.change_state default values;

-- Gives committed rows their positions: microseconds since 1970, or one more than
-- the last. The lock is held until the commit, so that nobody sees a position
-- before a lower one.
create function gisd.number_changes() returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  last bigint;
  given bigint;
begin
  if not exists (select from gisd.change where position is null) then
    return;
  end if;
  select greatest(s.position, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
  into strict last
  from gisd.change_state s
  for update;
  update gisd.change c
  set position = last + waiting.place
  from (select w.seq, row_number() over (order by w.seq) as place from gisd.change w where w.position is null) waiting
  where c.seq = waiting.seq;
  get diagnostics given = row_count;
  if given > 0 then -- another reader may have been first
    update gisd.change_state set position = last + given;
  end if;
end
$$;

-- Who changes, as far as the session says.
create function gisd.changer() returns text
language sql stable set search_path = pg_catalog as $$
  select coalesce(nullif(current_setting('gisd.changed_by', true), ''), 'sql:' || session_user)
$$;

-- Another version is current, or a collection is gone: whoever follows its changes
-- loads it again, or has nothing left to follow.
create function gisd.note_version() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if tg_op = 'DELETE' then
    delete from gisd.change where collection_id = old.id;
    return null;
  end if;
  if new.current_version > 0 and (tg_op = 'INSERT' or new.current_version <> old.current_version) then
    insert into gisd.change (collection_id, version, operation, changed_by, at)
    values (new.id, new.current_version, 'reload', gisd.changer(), clock_timestamp());
  end if;
  return null;
end
$$;

create trigger collection_note_version
after insert or update or delete on gisd.collection
for each row execute function gisd.note_version();

insert into gisd.change (collection_id, version, operation, changed_by, at)
select c.id, c.current_version, 'reload', gisd.changer(), clock_timestamp()
from gisd.collection c
where c.current_version > 0;

-- As before, and followers of a version of which any feature may have changed are
-- told so.
create or replace function gisd.soil(
  collection text, version integer, boxes double precision[],
  origin text default 'edit', whole boolean default false
) returns void
language sql security definer set search_path = pg_catalog, public as $$
  insert into gisd.dirty (collection_id, version, boxes, origin, whole) values ($1, $2, $3, $4, $5);
  insert into gisd.change (collection_id, version, operation, changed_by, at)
  select $1, $2, 'reload', gisd.changer(), clock_timestamp()
  where $5 and $4 = 'edit';
  select pg_notify('gisd_dirty', '');
$$;

-- As before, and each change is noted with who made it and when.
create or replace function gisd.record_edit() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  held record;
  who text := gisd.changer();
  before record;
  properties jsonb;
  moment timestamptz := clock_timestamp();
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
    new.recorded_at := moment;
    new.changed_by := who;
    return new;
  end if;

  if tg_op = 'UPDATE' and new *= old then
    return null;
  end if;
  if tg_op <> 'DELETE' then
    moment := new.recorded_at;
  end if;
  if tg_op <> 'INSERT' then
    before := old;
    before.geom := null;
    properties := to_jsonb(before) - array['id', 'revision', 'recorded_at', 'changed_by', 'geom'];
    execute format(
      'insert into history.%I (id, revision, recorded_at, changed_by, operation, replaced_at, properties, geom) values ($1, $2, $3, $4, $5, $6, $7, $8)',
      held.collection_id
    )
    using old.id::text, old.revision, old.recorded_at, old.changed_by,
      case when tg_op = 'UPDATE' and new.id = old.id then 'update' else 'delete' end, moment, properties, old.geom;
  end if;
  if tg_op = 'UPDATE' and new.id = old.id then
    insert into gisd.change (collection_id, version, operation, id, revision, changed_by, at)
    values (held.collection_id, held.version, 'update', new.id::text, new.revision, who, moment);
    insert into gisd.edit as e (collection_id, version, id, operation, changed_by, original, original_geom)
    values (held.collection_id, held.version, old.id::text, 'update', who, properties, old.geom)
    on conflict (collection_id, version, id) do update
    set changed_by = excluded.changed_by, last_at = excluded.last_at;
    return null;
  end if;
  if tg_op <> 'INSERT' then
    insert into gisd.change (collection_id, version, operation, id, revision, changed_by, at)
    values (held.collection_id, held.version, 'delete', old.id::text, old.revision, who, moment);
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
    insert into gisd.change (collection_id, version, operation, id, revision, changed_by, at)
    values (held.collection_id, held.version, 'insert', new.id::text, new.revision, who, moment);
    insert into gisd.edit as e (collection_id, version, id, operation, changed_by)
    values (held.collection_id, held.version, new.id::text, 'insert', who)
    on conflict (collection_id, version, id) do update
    set operation = 'update', changed_by = excluded.changed_by, last_at = excluded.last_at;
  end if;
  return null;
end
$$;

-- How features of a collection may be changed.
alter table gisd.collection
  add column locking text not null default 'optional' check (locking in ('optional', 'required')), -- 'required': a change names the state it builds on
  add column required_fields text[] not null default '{}'; -- names of properties that no edited feature lacks; 'geometry' for the geometry
