-- A new tileset.
insert into gisd.tileset (
  id, title_vi, title_en, description_vi, description_en, layer_group, ordinal,
  attribution, department, visibility, roles, published, hidden, kind, source, proxied,
  format, tile_size, min_zoom, max_zoom, min_lon, min_lat, max_lon, max_lat, vector_layers
)
values (
  @id, @title_vi, @title_en, @description_vi, @description_en, @layer_group, @ordinal,
  @attribution, @department, @visibility, @roles, @published, @hidden, @kind, @source, @proxied,
  @format, @tile_size, @min_zoom, @max_zoom, @min_lon, @min_lat, @max_lon, @max_lat, @vector_layers
)
