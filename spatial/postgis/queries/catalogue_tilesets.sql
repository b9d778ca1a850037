-- Every tileset that is not drawn here, in the order of the layer list. Expects a
-- few hundred rows at most; no index.
select
  id, title_vi, title_en, description_vi, description_en, layer_group, ordinal,
  attribution, department, visibility, roles, published, hidden, kind, source, proxied,
  format, tile_size, min_zoom, max_zoom, min_lon, min_lat, max_lon, max_lat,
  vector_layers, updated_at
from gisd.tileset
order by layer_group, ordinal, id collate "C"
