-- Forgets a migration that was taken back. $1 version.
delete from public.gisd_migration
where version = $1
