-- How much there is. One row: bytes.
select coalesce(sum(bytes), 0)::bigint
from gisd.attachment
