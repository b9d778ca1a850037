drop trigger collection_id on gisd.collection;

drop table gisd.tileset;

drop function gisd.refuse_taken_id();
