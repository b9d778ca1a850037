delete from gisd.webhook where collection_id is null;
alter table gisd.webhook drop column live;
alter table gisd.webhook alter column collection_id set not null;
