drop table gisd.live_rule;
drop table gisd.geofence;
drop function gisd.announce_rule();
