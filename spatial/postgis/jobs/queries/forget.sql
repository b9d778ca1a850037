-- Forgets jobs that ended long ago. $1 days.
delete from gisd.job
where finished_at < clock_timestamp() - make_interval(days => $1)
