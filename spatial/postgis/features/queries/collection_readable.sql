-- Whether a caller may read a collection, false when there is none, and whether the
-- rules that limit them are those that they were given it by.
-- $1 collection id, $2 caller is anonymous, $3 roles, $4 department, $5 ids of rules.
select
  coalesce(
    (
      select gisd.can_read(c, $2::boolean, $3::text[], $4::text)
      from gisd.collection c
      where c.id = $1
    ),
    false
  ),
  gisd.limits_of($1, $3) = $5::bigint[]
