-- Keeps events, of one name what was told last; what is final stays so where the same
-- is told as provisional, as after a restart.
-- $1 to $14 arrays, one element an event, each name once: text rule, device, collection,
-- fence, other device, kind; timestamptz at, since; float8 lon, lat in degrees, value; text road, status;
-- boolean correction. Rows: the names of those that say something new. Index: live_event_pkey.
insert into gisd.live_event as known
  (rule_id, device_id, collection_id, fence_id, other_id, kind, at, since, lon, lat, value, road, status, correction)
select *
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
  $9::float8[], $10::float8[], $11::float8[], $12::text[], $13::text[], $14::boolean[])
on conflict (rule_id, device_id, fence_id, other_id, kind, at) do update
set since = excluded.since, lon = excluded.lon, lat = excluded.lat, value = excluded.value, road = excluded.road,
  status = excluded.status, correction = known.correction or excluded.correction, told_at = clock_timestamp()
where (known.status <> 'final' or excluded.status <> 'provisional')
  and (known.since, known.lon, known.lat, known.value, known.road, known.status, known.correction)
    is distinct from
    (excluded.since, excluded.lon, excluded.lat, excluded.value, excluded.road, excluded.status, known.correction or excluded.correction)
returning rule_id, device_id, fence_id, other_id, kind, at
