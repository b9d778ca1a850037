drop table gisd.cell;
drop table gisd.pyramid_band;
drop table gisd.pyramid;
