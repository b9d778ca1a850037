-- Adds a queued job. $1 id, $2 kind, $3 node, $4 collection id, $5 source
-- name, $6 bytes, $7 created by, $8 department, $9 request as JSON.
insert into gisd.job (id, kind, state, node, collection_id, source_name, source_bytes, created_by, department, request)
values ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9)
returning id, kind, state, node, collection_id, source_name, source_bytes, created_by, department,
  request, progress, reports, has_rejects, code, error, created_at, started_at, finished_at
