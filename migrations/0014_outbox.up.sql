-- What other programs and people are told, until it has reached them; how long the
-- feed of changes is kept.

-- A webhook pushes the changes of a collection to an address.
create table gisd.webhook (
  id bigint generated always as identity primary key,
  collection_id text not null references gisd.collection on delete cascade,
  url text not null check (url ~ '^https?://'),
  secret bytea not null check (length(secret) >= 24), -- signs what is sent
  person_id bigint references gisd.person on delete cascade, -- whose rights decide what is sent; null: nobody's, only what anyone may read
  position bigint not null, -- of gisd.change: all up to it was taken by the other side, or lies among the dead
  trouble text not null default '', -- why its changes cannot be read
  delivered_at timestamptz,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp()
);
create index webhook_collection on gisd.webhook (collection_id, position);

-- A message goes when nothing of its lane that was written before it waits. It is
-- gone from here once it has been taken.
create table gisd.outbox (
  seq bigint generated always as identity primary key,
  id text not null unique, -- the same at each try
  topic text not null,
  channel text not null check (channel in ('webhook', 'mail')),
  destination text not null, -- the id of a webhook, the address of a mail
  lane text not null,
  payload bytea not null,
  state text not null default 'waiting' check (state in ('waiting', 'dead')),
  tries integer not null default 0,
  next_at timestamptz not null default clock_timestamp(),
  last_error text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  webhook_id bigint references gisd.webhook on delete cascade,
  position bigint, -- where the feed of the webhook goes on after it; null once that is settled
  check (position is null or webhook_id is not null)
);
create index outbox_lane on gisd.outbox (lane, seq) where state = 'waiting';
create index outbox_dead on gisd.outbox (channel, destination, seq) where state = 'dead';
create index outbox_webhook on gisd.outbox (webhook_id);
-- A feed is read on when what was read before has gone.
create unique index outbox_feed on gisd.outbox (webhook_id) where position is not null;

-- Up to which position the changes of a collection are not kept any more; the first
-- that is, at that position, says to load the collection.
create table gisd.change_forgotten (
  collection_id text primary key references gisd.collection on delete cascade,
  position bigint not null
);
