drop table gisd.change_forgotten;
drop table gisd.outbox;
drop table gisd.webhook;
