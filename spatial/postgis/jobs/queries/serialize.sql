-- Lets one job at a time be added for a subject, to the end of the transaction,
-- so that its jobs can be counted. $1 subject.
select pg_advisory_xact_lock(1735287655, hashtext($1))
