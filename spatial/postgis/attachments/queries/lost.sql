-- Notes which attachments belong to ids that mean other features now, and which do
-- not any more.
update gisd.attachment a
set lost_at = case when a.ids is distinct from m.now then clock_timestamp() end
from (select c.id, gisd.meaning_of_ids(c.id) as now from gisd.collection c) m
where m.id = a.collection_id
  and (a.ids is distinct from m.now) <> (a.lost_at is not null)
