-- Orders in which callers read large collections: of each, the current version has
-- an index (ADR 0018).
create table gisd.sort_order (
  collection_id text not null references gisd.collection on delete cascade,
  field text not null, -- wire name, as versions keep it
  asked_at timestamptz not null default clock_timestamp(),
  primary key (collection_id, field)
);
