-- Fails when PROJ cannot use a system. $1 srid.
select ST_X(ST_Transform(ST_SetSRID(ST_MakePoint(0, 0), $1::integer), 4326))
