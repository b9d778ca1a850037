-- What the packed cells of every version come to, by band. The size of a record
-- is known without reading it.
select p.collection_id, p.version, c.current_version = p.version, p.ready, p.format, p.built_at, p.seconds,
  coalesce(b.first_zoom, 0)::integer, coalesce(b.last_zoom, -1)::integer,
  s.cells, s.features, s.bytes, s.from_rows
from gisd.pyramid p
join gisd.collection c on c.id = p.collection_id
left join gisd.pyramid_band b on b.pyramid_id = p.id
cross join lateral (
  select count(*) as cells,
    coalesce(sum(cell.features), 0)::bigint as features,
    coalesce(sum(octet_length(cell.record)), 0)::bigint as bytes,
    count(*) filter (where cell.record is null) as from_rows
  from gisd.cell
  where cell.pyramid_id = p.id
    and cell.first_zoom = b.first_zoom
) s
order by p.collection_id, p.version desc, b.first_zoom
