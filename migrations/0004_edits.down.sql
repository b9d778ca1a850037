alter table gisd.collection_version drop column id_source;
alter table gisd.import
  drop column seconds,
  drop column features_deleted,
  drop column features_unchanged,
  drop column features_updated,
  drop column features_inserted,
  drop column mapping;
drop function gisd.watch_edits(text);
drop function gisd.record_edit() cascade;
drop table gisd.edit;
