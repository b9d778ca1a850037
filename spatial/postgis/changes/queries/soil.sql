-- Notes that tiles of a version have to be made anew. $1 collection id, $2 version,
-- $3 boxes in the version's CRS, flat, $4 origin.
select gisd.soil($1, $2, $3, $4)
