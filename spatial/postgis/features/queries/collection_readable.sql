-- Whether a caller may read a collection; false when there is none.
-- $1 collection id, $2 caller is anonymous, $3 roles, $4 department.
select coalesce(
  (
    select gisd.can_read(c, $2::boolean, $3::text[], $4::text)
    from gisd.collection c
    where c.id = $1
  ),
  false
)
