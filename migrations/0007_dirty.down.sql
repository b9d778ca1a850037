drop function gisd.unwatched_edits();
drop function gisd.mend_edits(text);
create or replace function gisd.watch_edits(table_name text) returns void
language plpgsql as $$
begin
  execute format(
    'create trigger stamp_edit before insert or update on data.%I for each row execute function gisd.record_edit()',
    table_name
  );
  execute format(
    'create trigger record_edit after insert or update or delete on data.%I for each row execute function gisd.record_edit()',
    table_name
  );
end
$$;
drop function gisd.note_change() cascade;
drop function gisd.parts_of(geometry);
drop function gisd.soil(text, integer, double precision[], text, boolean);
drop function gisd.number_dirty();
drop table gisd.dirty_reader;
drop table gisd.dirty_state;
drop table gisd.dirty;
