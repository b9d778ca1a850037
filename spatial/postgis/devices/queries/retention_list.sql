-- Rules of how long the history of a kind is kept.
select kind, position_days, reading_days
from gisd.device_retention
order by kind
