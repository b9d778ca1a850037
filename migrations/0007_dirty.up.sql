-- Where features changed, for everything that is made of them: tiles in caches,
-- packed cells, maps that people look at.

-- A row is what one statement changed of a version. What is committed gets a
-- position, so that readers can say "all up to here": late commits get late
-- positions, and nobody waits for a transaction that is still open.
create table gisd.dirty (
  seq bigint generated always as identity primary key,
  txid xid8 not null default pg_current_xact_id(),
  position bigint unique, -- null until it is seen to be committed
  collection_id text not null,
  version integer not null,
  origin text not null default 'edit' check (origin in ('edit', 'cells')), -- 'cells': what was made of the features changed, not they
  whole boolean not null default false, -- all of the version
  boxes double precision[] not null default '{}', -- minx, miny, maxx, maxy of each, in the CRS of the version
  at timestamptz not null default clock_timestamp(),
  check (cardinality(boxes) % 4 = 0)
);
create index dirty_new on gisd.dirty (seq) where position is null;
create index dirty_version on gisd.dirty (collection_id, version);

create table gisd.dirty_state (
  single boolean primary key default true check (single),
  position bigint not null default 0,  -- the last one given
  forgotten bigint not null default 0, -- rows up to it may be gone
  database text not null default ''    -- that gave them; a restored one goes on with higher positions
);
insert into gisd.dirty_state default values;

-- Who reads for the whole cluster: all up to the position is done.
create table gisd.dirty_reader (
  name text primary key,
  position bigint not null
);

-- Gives committed rows their positions: microseconds since 1970, or one more
-- than the last. The lock is held until the commit, so that nobody sees a
-- position before a lower one.
create function gisd.number_dirty() returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  last bigint;
  given bigint;
begin
  if not exists (select from gisd.dirty where position is null) then
    return;
  end if;
  select greatest(s.position, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
  into strict last
  from gisd.dirty_state s
  for update;
  update gisd.dirty d
  set position = last + waiting.place
  from (select w.seq, row_number() over (order by w.seq) as place from gisd.dirty w where w.position is null) waiting
  where d.seq = waiting.seq;
  get diagnostics given = row_count;
  if given > 0 then -- another reader may have been first
    update gisd.dirty_state set position = last + given;
  end if;
end
$$;

-- Notes that tiles of a version have to be made anew; boxes as in gisd.dirty.
create function gisd.soil(
  collection text, version integer, boxes double precision[],
  origin text default 'edit', whole boolean default false
) returns void
language sql security definer set search_path = pg_catalog, public as $$
  insert into gisd.dirty (collection_id, version, boxes, origin, whole) values ($1, $2, $3, $4, $5);
  select pg_notify('gisd_dirty', '');
$$;

-- The boxes of a geometry. A large one gets several, so that a road across the
-- province does not count as all of the province: areas one a row of a grid of
-- 16 by 16, lines and points one a cell of it. A little is added for edges
-- that are straight in another system. Never fails.
create function gisd.parts_of(g geometry)
returns table (x0 double precision, y0 double precision, x1 double precision, y1 double precision)
language plpgsql stable set search_path = pg_catalog, public as $$
declare
  degrees boolean := coalesce((select s.proj4text like '%+proj=longlat%' from spatial_ref_sys s where s.srid = st_srid(g)), false);
  left_x double precision := st_xmin(g);
  low_y double precision := st_ymin(g);
  wide double precision := st_xmax(g) - st_xmin(g);
  high double precision := st_ymax(g) - st_ymin(g);
  size double precision := greatest(wide, high);
  more double precision := size / 256;
begin
  if size between (case when degrees then 0.003 else 300 end) and (case when degrees then 5 else 500000 end) then
    begin
      return query
      with cell as materialized (
        select i, j, st_makeenvelope(
          left_x + wide * i / 16, low_y + high * j / 16, left_x + wide * (i + 1) / 16, low_y + high * (j + 1) / 16, st_srid(g)
        ) as box
        from generate_series(0, 15) i, generate_series(0, 15) j
      ),
      hit as (
        select case when st_dimension(g) = 2 then -1 else i end as i, j,
          case when st_dimension(g) = 2 or clipped is null or st_isempty(clipped) then box else clipped end as part
        from cell
        cross join lateral (select case when st_dimension(g) < 2 then st_intersection(g, box) end as clipped) c
        where st_intersects(g, box)
      ),
      piece as materialized (
        select min(st_xmin(part)) as west, min(st_ymin(part)) as south, max(st_xmax(part)) as east, max(st_ymax(part)) as north
        from hit
        group by i, j
      )
      select greatest(p.west - more, left_x), greatest(p.south - more, low_y),
        least(p.east + more, left_x + wide), least(p.north + more, low_y + high)
      from piece p
      where (select sum((q.east - q.west) * (q.north - q.south)) from piece q) < 0.7 * wide * high;
      if found then
        return;
      end if;
    exception when others then
      null; -- a geometry that cannot be cut counts whole
    end;
  end if;
  return query select left_x, low_y, left_x + wide, low_y + high;
end
$$;

-- Statement triggers of every version's table: they note where features were
-- and are. Up to 32 features count by their parts, up to 1024 by their boxes,
-- more by the boxes of those that share a cell of a grid of 32 by 32. Rows that
-- an update leaves as they are do not count.
create function gisd.note_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  held record;
  flat double precision[];
  touched text := case tg_op
    when 'INSERT' then 'select geom from new_rows'
    when 'DELETE' then 'select geom from old_rows'
    else 'select both_of.geom
      from old_rows gisd_old
      full join new_rows gisd_new on gisd_new.id = gisd_old.id
      cross join lateral (values (gisd_old.geom), (case when gisd_new.geom is distinct from gisd_old.geom then gisd_new.geom end)) both_of (geom)
      where not coalesce(gisd_old.* *= gisd_new.*, false)'
  end;
begin
  select v.collection_id, v.version into held
  from gisd.collection_version v
  where v.table_name = tg_table_name;
  if not found then
    return null;
  end if;
  if tg_op = 'TRUNCATE' then
    perform gisd.soil(held.collection_id, held.version, '{}', 'edit', true);
    return null;
  end if;
  execute '
    with touched as materialized (
      select geom, st_xmin(geom) as x0, st_ymin(geom) as y0, st_xmax(geom) as x1, st_ymax(geom) as y1
      from (' || touched || ') t
      where geom is not null and not st_isempty(geom)
    ),
    finite as materialized (
      select t.* from touched t where x0 > -1e15 and y0 > -1e15 and x1 < 1e15 and y1 < 1e15
    ),
    total as materialized (
      select count(*) as n, min(x0) as x0, min(y0) as y0, max(x1) as x1, max(y1) as y1 from finite
    ),
    box as (
      select p.x0, p.y0, p.x1, p.y1
      from finite f cross join lateral gisd.parts_of(f.geom) p
      where (select n from total) <= 32
      union
      select f.x0, f.y0, f.x1, f.y1
      from finite f
      where (select n from total) between 33 and 1024
      union
      select min(f.x0), min(f.y0), max(f.x1), max(f.y1)
      from finite f cross join total
      where (select n from total) > 1024
      group by least(31, floor(32 * ((f.x0 + f.x1) / 2 - total.x0) / nullif(total.x1 - total.x0, 0))),
        least(31, floor(32 * ((f.y0 + f.y1) / 2 - total.y0) / nullif(total.y1 - total.y0, 0)))
    )
    select array(select unnest(array[x0, y0, x1, y1]) from box)'
  into flat;
  if cardinality(flat) > 0 then
    perform gisd.soil(held.collection_id, held.version, flat);
  end if;
  return null;
end
$$;

-- Gives a version's table its triggers, and takes them for enabled: what is
-- there is made anew. An import calls it when its table is filled.
create or replace function gisd.watch_edits(table_name text) returns void
language plpgsql as $$
declare
  change record;
begin
  execute format(
    'create or replace trigger stamp_edit before insert or update on data.%I for each row execute function gisd.record_edit()',
    table_name
  );
  execute format(
    'create or replace trigger record_edit after insert or update or delete on data.%I for each row execute function gisd.record_edit()',
    table_name
  );
  for change in
    select *
    from (values
      ('note_insert', 'insert', 'referencing new table as new_rows'),
      ('note_update', 'update', 'referencing old table as old_rows new table as new_rows'),
      ('note_delete', 'delete', 'referencing old table as old_rows'),
      ('note_truncate', 'truncate', '')
    ) c (name, event, transition)
  loop
    execute format(
      'create or replace trigger %I after %s on data.%I %s for each statement execute function gisd.note_change()',
      change.name, change.event, table_name, change.transition
    );
    execute format('alter table data.%I enable trigger %I', table_name, change.name);
  end loop;
  execute format('alter table data.%I enable trigger stamp_edit, enable trigger record_edit', table_name);
end
$$;

-- What a disabled trigger missed is not known: the triggers of the current
-- version are there again afterwards, and everything is made anew.
create function gisd.mend_edits(collection text) returns text
language plpgsql as $$
declare
  held record;
begin
  select v.version, v.table_name into held
  from gisd.collection c
  join gisd.collection_version v on v.collection_id = c.id and v.version = c.current_version
  where c.id = collection;
  if not found then
    raise exception 'there is no collection %', collection using errcode = 'no_data_found';
  end if;
  perform gisd.watch_edits(held.table_name);
  perform gisd.soil(collection, held.version, '{}', 'edit', true);
  return format('edits of %s are noticed again; its tiles are made anew', collection);
end
$$;

-- The triggers that versions have to have and lack, or have disabled.
create function gisd.unwatched_edits()
returns table (collection_id text, trigger_name text, missing boolean)
language sql stable as $$
  select c.id, wanted.name, t.oid is null
  from gisd.collection c
  join gisd.collection_version v on v.collection_id = c.id and v.version = c.current_version
  cross join unnest(array['stamp_edit', 'record_edit', 'note_insert', 'note_update', 'note_delete', 'note_truncate']) wanted (name)
  left join pg_trigger t on t.tgrelid = to_regclass(format('data.%I', v.table_name)) and t.tgname = wanted.name
  where to_regclass(format('data.%I', v.table_name)) is not null
    and (t.oid is null or t.tgenabled not in ('O', 'A'))
  order by c.id, wanted.name;
$$;

select gisd.watch_edits(table_name)
from gisd.collection_version
where state = 'ready';
