-- Deletes the demo's devices with their last positions; the history goes with
-- its days.
delete from gisd.device
where demo
