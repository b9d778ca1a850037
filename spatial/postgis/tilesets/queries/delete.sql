-- Takes a tileset out of the catalogue; its file stays. $1 id.
delete from gisd.tileset
where id = $1
