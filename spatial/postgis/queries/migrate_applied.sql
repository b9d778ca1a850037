-- Every applied migration.
select version, name, checksum, applied_at
from public.gisd_migration
order by version
