drop function gisd.area_key(geometry);
drop function gisd.area_in(integer[], integer);
alter table gisd.pyramid drop column areas;
drop table gisd.owner_set;
drop table gisd.owner_area;
