drop table gisd.job;
