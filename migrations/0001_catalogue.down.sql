drop schema layers cascade;
drop schema history cascade;
drop schema data cascade;
drop schema gisd cascade;
