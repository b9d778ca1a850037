-- What the first COPY of a session would wait for: PostGIS's library and its
-- types. No parameters.
select 'POINT EMPTY'::geometry(Geometry, 4326)
