-- The collections whose edits would go unnoticed, each once, with the triggers
-- of their tables that are missing or disabled.
select collection_id, array_agg(trigger_name)
from gisd.unwatched_edits()
group by collection_id
order by collection_id
