-- One row about the server, the role and this session. $1 the extensions that
-- the schema needs, text[].
select
  current_setting('server_version'),
  coalesce((select extversion from pg_extension where extname = 'postgis'), ''),
  array(select unnest($1::text[]) except select extname::text from pg_extension order by 1),
  (select rolsuper from pg_roles where rolname = current_user),
  current_user::text,
  current_setting('jit') = 'on',
  current_setting('max_parallel_workers_per_gather')::integer,
  current_setting('max_connections')::integer,
  coalesce(has_table_privilege(to_regclass('spatial_ref_sys'), 'insert, update'), false),
  pg_database_size(current_database()),
  to_regnamespace('gisd') is not null
