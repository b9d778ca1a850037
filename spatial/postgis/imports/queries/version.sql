-- Records a version in the making. $1 collection id, $2 version, $3 table,
-- $4 geometry type, $5 dimensions, $6 srid, $7 id kind, $8 id source,
-- $9 id field, $10 import id.
insert into gisd.collection_version
  (collection_id, version, table_name, state, geometry_type, dimensions, srid, id_kind, id_source, id_field, import_id)
values ($1, $2, $3, 'staging', $4, $5, $6, $7, $8, $9, $10)
