drop table gisd.track_rule;
