-- Webhooks of events and incidents: they have no collection, and no feed to read; their
-- messages are written with what they tell of.
alter table gisd.webhook alter column collection_id drop not null;
alter table gisd.webhook add column live text[] check (live <@ array['live.events', 'live.incident'] and cardinality(live) > 0);
alter table gisd.webhook add check ((collection_id is null) <> (live is null));
