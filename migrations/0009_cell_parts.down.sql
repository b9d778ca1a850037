drop table gisd.cell_part;
