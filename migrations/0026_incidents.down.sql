drop table gisd.incident_event;
drop table gisd.incident_entry;
drop table gisd.incident;
drop function gisd.announce_incident();
