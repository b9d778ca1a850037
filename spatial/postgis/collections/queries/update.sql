-- Changes what is not null among the parameters. @style_given tells "no style"
-- from "leave the style".
update gisd.collection
set title_vi = coalesce(@title_vi::text, title_vi),
  title_en = coalesce(@title_en::text, title_en),
  description_vi = coalesce(@description_vi::text, description_vi),
  description_en = coalesce(@description_en::text, description_en),
  layer_group = coalesce(@layer_group::text, layer_group),
  ordinal = coalesce(@ordinal::integer, ordinal),
  keywords = coalesce(@keywords::text[], keywords),
  licence = coalesce(@licence::text, licence),
  attribution = coalesce(@attribution::text, attribution),
  department = coalesce(@department::text, department),
  visibility = coalesce(@visibility::text, visibility),
  roles = coalesce(@roles::text[], roles),
  published = coalesce(@published::boolean, published),
  min_zoom = coalesce(@min_zoom::integer, min_zoom),
  max_zoom = coalesce(@max_zoom::integer, max_zoom),
  style = case when @style_given::boolean then @style::jsonb else style end,
  search_field = coalesce(@search_field::text, search_field),
  time_field = coalesce(@time_field::text, time_field),
  locking = coalesce(@locking::text, locking),
  required_fields = coalesce(@required_fields::text[], required_fields),
  updated_at = clock_timestamp()
where id = @id::text
