-- The definition of a reference system, for writers of files.
-- $1 integer: SRID. One row, none when unknown. Index: spatial_ref_sys_pkey.
select coalesce(srtext, '')
from spatial_ref_sys
where srid = $1
