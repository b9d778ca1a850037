-- Photos and documents that belong to features.

-- What the ids of a collection's features mean: as long as it stays the same, an id
-- is the same feature, whichever version is current.
create function gisd.meaning_of_ids(collection text) returns text
language sql stable set search_path = pg_catalog as $$
  select v.id_kind || ' ' || v.id_source || ' ' || v.id_field || ' ' ||
    case
      when v.id_field <> '' or v.id_source in ('field', 'source', 'geometry') then 0
      else coalesce(
        (
          select max(i.version)
          from gisd.import i
          where i.collection_id = c.id
            and i.version <= v.version
            and i.state = 'done'
            and i.mode in ('create', 'replace')
        ), v.version)
    end
  from gisd.collection c
  join gisd.collection_version v
    on v.collection_id = c.id
    and v.version = c.current_version
  where c.id = collection
$$;

create table gisd.attachment (
  id text primary key, -- random
  collection_id text not null references gisd.collection on delete cascade,
  feature_id text collate "C" not null,
  ids text not null, -- what the id of the feature means
  name text not null,
  media_type text not null,
  bytes bigint not null check (bytes > 0),
  sha256 bytea not null check (length(sha256) = 32),
  -- of a photo, as its camera says; SRID 4326, lon lat degrees
  taken_at timestamptz,
  lon double precision check (lon between -180 and 180),
  lat double precision check (lat between -90 and 90),
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  gone_at timestamptz, -- since when its feature is deleted
  lost_at timestamptz, -- since when the id means another feature; null again after a revert
  check ((lon is null) = (lat is null))
);
create index attachment_feature on gisd.attachment (collection_id, feature_id, created_at);
create index attachment_gone on gisd.attachment (gone_at) where gone_at is not null;

create table gisd.attachment_part (
  attachment_id text not null references gisd.attachment on delete cascade,
  number integer not null,
  content bytea not null,
  primary key (attachment_id, number)
);
-- Photos are compressed already, and a stored part is read without the others.
alter table gisd.attachment_part alter column content set storage external;

-- What belongs to a feature that is deleted is not that of a later one with its id.
create function gisd.part_with_attachments() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  update gisd.attachment
  set gone_at = clock_timestamp()
  where collection_id = new.collection_id
    and feature_id = new.id
    and gone_at is null
    and ids = gisd.meaning_of_ids(new.collection_id);
  return null;
end
$$;

create trigger change_part_with_attachments
after insert on gisd.change
for each row when (new.operation = 'delete')
execute function gisd.part_with_attachments();
