drop trigger change_part_with_attachments on gisd.change;
drop function gisd.part_with_attachments();
drop table gisd.attachment_part;
drop table gisd.attachment;
drop function gisd.meaning_of_ids(text);
