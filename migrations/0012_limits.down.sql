drop table gisd.role_limit;
drop table gisd.area;
drop function gisd.limits_of(text, text[]);
drop function gisd.announce_limits();
