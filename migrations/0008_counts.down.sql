drop index gisd.edit_count;

alter table gisd.collection_version
  drop column edits_counted;
