-- Records that an import begins. $1 collection id, $2 version, $3 mode,
-- $4 source name, $5 layer, $6 bytes, $7 format, $8 encoding, $9 crs,
-- $10 reason for the crs, $11 changed by.
insert into gisd.import
  (collection_id, version, mode, state, source_name, source_layer, source_bytes,
  format, encoding, crs, crs_reason, changed_by)
values ($1, $2, $3, 'running', $4, $5, $6, $7, $8, $9, $10, $11)
returning id
