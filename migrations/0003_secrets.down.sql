drop table gisd.secret;
