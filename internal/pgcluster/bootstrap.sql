-- The server's own role and database, run by the superuser at each start; every
-- statement may be repeated. Parameter: password, set by a line before this file.
-- The extensions belong to the superuser, the database to the role, which may
-- write the rows of spatial_ref_sys that gisd brings with it.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;

select 'create role gisd login nosuperuser nocreatedb nocreaterole'
where not exists (select from pg_roles where rolname = 'gisd') \gexec
alter role gisd login nosuperuser nocreatedb nocreaterole password :'password';
alter role gisd set jit = off;

select 'create database gisd owner gisd'
where not exists (select from pg_database where datname = 'gisd') \gexec
revoke connect on database gisd from public;

\connect gisd
set client_min_messages = warning;
create extension if not exists postgis;
create extension if not exists pg_trgm;
create extension if not exists unaccent;
create extension if not exists btree_gist;
grant select, insert, update, delete on spatial_ref_sys to gisd;

-- After a package upgrade the new files wait for this.
select format('alter extension %I update', e.extname)
from pg_extension as e
join pg_available_extensions as a on a.name = e.extname
where e.extversion <> a.default_version
\gexec
