-- Devices that called and are not approved, the last to call first. $1 rejected
-- ones too. Index: none, there are 10,000 at most.
select identity, address, first_at, last_at, messages, rejected_at is not null as rejected
from gisd.device_pending
where $1::boolean
  or rejected_at is null
order by last_at desc, identity
