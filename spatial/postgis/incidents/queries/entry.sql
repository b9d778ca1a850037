-- A further entry of a timeline. $1 bigint: incident, $2 timestamptz: at, $3 text: by, $4 text: kind,
-- $5 jsonb: detail. One row: its number.
insert into gisd.incident_entry (incident_id, at, by, kind, detail)
values ($1, $2, $3, $4, $5)
returning seq
