-- Registers devices or changes them; a revoked one comes back. Rows that say
-- nothing new are left alone, so that nothing is announced.
-- $1 ids, $2 kinds, $3 names, $4 departments, $5 visibilities, $6 roles joined by
-- commas, $7 demo flags, $8 who does it. Index: primary key.
insert into gisd.device as device (id, kind, name, department, visibility, roles, demo, registered_by)
select given.id, given.kind, given.name, given.department, given.visibility,
  string_to_array(given.roles, ','), given.demo, $8
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[])
  as given (id, kind, name, department, visibility, roles, demo)
order by given.id
on conflict (id) do update
set kind = excluded.kind,
  name = excluded.name,
  department = excluded.department,
  visibility = excluded.visibility,
  roles = excluded.roles,
  demo = excluded.demo,
  updated_at = clock_timestamp(),
  revoked_at = null
where (device.kind, device.name, device.department, device.visibility, device.roles, device.demo)
    is distinct from (excluded.kind, excluded.name, excluded.department, excluded.visibility, excluded.roles, excluded.demo)
  or device.revoked_at is not null
