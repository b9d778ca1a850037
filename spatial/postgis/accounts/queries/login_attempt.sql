-- Counts an attempt to sign in and locks the account from the $2-th on. No row
-- when there is no such person or the account is disabled or locked. Attempts
-- side by side queue at the row's lock and see the count of those before them.
-- $1 name, $2 attempts integer, $3 first lock in seconds, $4 longest lock in
-- seconds (double precision). Index: person_name_key.
update gisd.person
set failed_logins = failed_logins + 1,
  locked_until = case
    when failed_logins + 1 >= $2::integer
      then now() + make_interval(secs => least($4::double precision, $3::double precision * 2 ^ least(failed_logins + 1 - $2::integer, 30)))
  end
where name = $1
  and not disabled
  and (locked_until is null or locked_until <= now())
returning id, name, full_name, password_hash, roles, department, disabled, failed_logins, locked_until, created_at
