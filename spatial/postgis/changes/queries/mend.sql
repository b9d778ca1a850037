-- Gives a collection its triggers back and has everything made anew. $1 collection id.
select gisd.mend_edits($1)
