-- Up to which position the changes of a collection are not kept any more, 0 for
-- none. $1 collection id.
select coalesce((select position from gisd.change_forgotten where collection_id = $1), 0)
