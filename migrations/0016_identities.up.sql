-- What device protocols call the devices, who called and is not approved, and what
-- the rules found about positions.

create table gisd.device_identity (
  identity text collate "C" primary key check (identity ~ '^[a-z][a-z0-9]{0,15}:[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'),
  device_id text collate "C" not null references gisd.device on delete cascade,
  added_by text not null default '',
  added_at timestamptz not null default now()
);
create index device_identity_device on gisd.device_identity (device_id);

-- Devices that called and that nobody approved. Of what they said nothing is kept.
create table gisd.device_pending (
  identity text collate "C" primary key,
  address text not null, -- where it called from last
  first_at timestamptz not null,
  last_at timestamptz not null,
  messages bigint not null,
  rejected_at timestamptz,
  rejected_by text
);

-- live.Flag: 1 clock, 2 speed, 4 accuracy, 8 zero, 16 held (kept from the marker).
alter table gisd.device_position add column flags smallint not null default 0;
alter table gisd.device_position_last add column flags smallint not null default 0;

create function gisd.announce_identity() returns trigger
language plpgsql as $$
begin
  perform pg_notify('gisd_device', coalesce(new.device_id, old.device_id));
  return null;
end
$$;

create trigger identity_announce
after insert or update or delete on gisd.device_identity
for each row execute function gisd.announce_identity();
