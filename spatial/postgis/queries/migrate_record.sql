-- Records a migration. $1 version, $2 name, $3 SHA-256 of its up file.
insert into public.gisd_migration (version, name, checksum)
values ($1, $2, $3)
