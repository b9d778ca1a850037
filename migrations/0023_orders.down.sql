drop table gisd.sort_order;
