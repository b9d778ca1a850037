-- Gives committed changes their positions.
select gisd.number_changes()
