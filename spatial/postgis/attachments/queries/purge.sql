-- Forgets attachments whose features have been gone for long. $1 interval.
delete from gisd.attachment
where gone_at < now() - $1::interval
  or lost_at < now() - $1::interval
