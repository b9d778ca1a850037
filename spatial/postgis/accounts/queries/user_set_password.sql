-- Changes a password, ends the person's sessions and lifts a lock. $1 name,
-- $2 argon2id hash.
with changed as (
  update gisd.person
  set password_hash = $2,
    failed_logins = 0,
    locked_until = null,
    updated_at = now()
  where name = $1
  returning id
),
ended as (
  delete from gisd.session
  using changed
  where session.person_id = changed.id
)
select id
from changed
