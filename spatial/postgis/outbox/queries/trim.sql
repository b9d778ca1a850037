-- Forgets the oldest changes of a collection, but none that a webhook has not got.
-- The last of them becomes the first that is kept, and says to load the
-- collection. $1 collection id, $2 interval, $3 how many. One row: how many.
-- Index: change_read.
with cut as (
  select max(old.position) as position
  from (
    select ch.position
    from gisd.change ch
    where ch.collection_id = $1
      and ch.position is not null
      and ch.at < now() - $2::interval
      and ch.position <= coalesce((select min(w.position) from gisd.webhook w where w.collection_id = $1), ch.position)
    order by ch.position
    limit $3
  ) old
),
gone as (
  delete from gisd.change ch
  using cut
  where ch.collection_id = $1
    and ch.position < cut.position
  returning ch.position
),
first as (
  update gisd.change ch
  set operation = 'reload',
    id = null,
    revision = null,
    version = c.current_version
  from cut, gisd.collection c
  where ch.collection_id = $1
    and ch.position = cut.position
    and c.id = $1
    and exists (select from gone)
),
noted as (
  insert into gisd.change_forgotten (collection_id, position)
  select $1, cut.position
  from cut
  where exists (select from gone)
  on conflict (collection_id) do update
  set position = excluded.position
)
select count(*) from gone
