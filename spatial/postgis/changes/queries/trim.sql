-- Forgets changes that are older than $1 and done by every reader of the cluster.
-- $1 interval. One row: how many.
with gone as (
  delete from gisd.dirty
  where at < now() - $1::interval
    and position <= coalesce((select min(r.position) from gisd.dirty_reader r), position)
  returning position
),
noted as (
  update gisd.dirty_state
  set forgotten = greatest(forgotten, (select max(position) from gone))
  where exists (select from gone)
)
select count(*) from gone
