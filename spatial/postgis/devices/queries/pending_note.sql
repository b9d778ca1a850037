-- Notes devices that called and are not approved. There is room for 10,000; those
-- known already are counted on in any case.
-- $1 identities, $2 addresses, $3 first and $4 last times, $5 numbers of messages.
-- Index: primary key.
insert into gisd.device_pending as pending (identity, address, first_at, last_at, messages)
select given.identity, given.address, given.first_at, given.last_at, given.messages
from (
  select *, row_number() over (order by known desc, place) as rank
  from (
    select g.*, exists (select from gisd.device_pending p where p.identity = g.identity) as known
    from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[])
      with ordinality as g (identity, address, first_at, last_at, messages, place)
    where not exists (select from gisd.device_identity i where i.identity = g.identity)
  ) marked
) given
where given.known
  or given.rank <= 10000 - (select count(*) from gisd.device_pending)
order by given.identity
on conflict (identity) do update
set address = excluded.address,
  last_at = greatest(pending.last_at, excluded.last_at),
  messages = pending.messages + excluded.messages
