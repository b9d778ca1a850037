-- Gives what is committed its positions, where a webhook follows it.
select gisd.number_changes()
where exists (select from gisd.webhook where collection_id is not null)
