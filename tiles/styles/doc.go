// Package styles makes what a MapLibre client needs besides tiles: the style
// document and its legend; letters come from glyphs, sprites from icons, and
// sheets is the way to and from other programs. Coordinates in it are WGS 84
// (SRID 4326) lon, lat degrees, x first, as GeoJSON and MapLibre have them;
// sizes are CSS pixels; angles are degrees clockwise from north.
//
// # How a collection is drawn
//
// The catalogue keeps one JSON object a collection (gisd.collection.style),
// read as [Style]. Every member is optional; nothing at all means: draw by
// geometry type in a colour derived from the id.
//
//	{
//	  "kind": "fill",              // fill, line, circle or symbol; else from the geometry type
//	  "color": "#c8d6a0",          // of what no category matches; #rrggbb
//	  "opacity": 0.75,             // 0..1
//	  "outline": "#8a8a7a",        // fill and circle: line around it
//	  "width": 2,                  // px at zoom 14: line width, outline width, circle radius
//	  "casing": "#7a6a50",         // line: a wider line under it
//	  "dash": [3, 2],              // line and outline, in line widths
//	  "arrows": true,              // line: arrows in the direction of the line
//	  "by": "land_use",            // property that picks the category
//	  "categories": [
//	    {"value": "ODT", "color": "#FFA0FF", "label": {"vi": "Đất ở đô thị", "en": "Urban housing"}},
//	    {"value": "QL", "color": "#d04040", "width": 4, "minzoom": 6}
//	  ],
//	  "icon": "hospital",          // symbol: a sprite name, see icons.Names
//	  "rotate": "bearing",         // symbol: property with degrees clockwise from north
//	  "label": "name",             // property written on the map
//	  "labelMinzoom": 12,          // else 9, or where the layer begins
//	  "labelColor": "#333333",
//	  "minzoom": 9, "maxzoom": 24, // where the layer shows
//	  "order": 150,                // from bottom to top; else 100 fill, 200 line, 300 circle, 400 symbol
//	  "hidden": true               // off until a person turns it on
//	}
//
// "palette": "land-use" stands for the categories of the official land-use codes.
// A category may have its own color, icon, width and minzoom. Without
// categories, "by" on a field with a code list takes the colours and labels of
// that list: the land-use codes are written down once.
package styles
