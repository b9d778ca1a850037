-- Puts one database in the place of another: sessions on the old one end, and
-- it is dropped. Parameters: database (the place), with (what comes into it).
\set ON_ERROR_STOP on
\set QUIET on
\o /dev/null
set client_min_messages = warning;
drop database if exists :"old" with (force);
alter database :"database" allow_connections false; -- pools come back within milliseconds

select pg_terminate_backend(pid, 5000)
from pg_stat_activity
where datname in (:'database', :'with');

begin;
alter database :"database" rename to :"old";
alter database :"with" rename to :"database";
commit;

drop database :"old" with (force);
