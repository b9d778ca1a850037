-- Drops areas that no cells tell apart any more and that no build has just taken.
delete from gisd.owner_area a
where a.taken_at < clock_timestamp() - interval '1 day'
  and not exists (
    select
    from gisd.pyramid p
    where a.number = any (p.areas)
  )
