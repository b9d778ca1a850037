-- A database of the server's own role with its extensions, and the role itself.
-- The superuser runs this at each launch; every statement may be repeated.
-- Parameters, set by lines before this file: password, database.
-- The extensions belong to the superuser, the database to the role, which may
-- write the rows of spatial_ref_sys that gisd brings with it.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;

select 'create role gisd login nosuperuser nocreatedb nocreaterole'
where not exists (select from pg_roles where rolname = 'gisd') \gexec
alter role gisd login nosuperuser nocreatedb nocreaterole password :'password';
alter role gisd set jit = off;

select format('create database %I owner gisd', :'database')
where not exists (select from pg_database where datname = :'database') \gexec
alter database :"database" allow_connections true;
revoke connect on database :"database" from public;

\connect :"database"
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
