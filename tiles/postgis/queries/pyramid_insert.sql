-- Begins a build; none where the version is gone. $1 collection id, $2 version,
-- $3 format, $4 snapshot.
insert into gisd.pyramid (collection_id, version, format, snapshot)
select collection_id, version, $3, $4::text::pg_snapshot
from gisd.collection_version
where collection_id = $1
  and version = $2
returning id
