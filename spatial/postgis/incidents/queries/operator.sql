-- Whether somebody of this name may be given incidents. $1 text: name. One row.
select exists (select from gisd.person where name = $1 and not disabled and roles && array['operator', 'admin'])
