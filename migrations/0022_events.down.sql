drop table gisd.live_event;
