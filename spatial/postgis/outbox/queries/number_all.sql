-- Gives what is committed its positions.
select gisd.number_changes()
