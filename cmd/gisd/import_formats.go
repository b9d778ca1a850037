package main

import (
	"gisd/importers"
	"gisd/importers/csv"
	"gisd/importers/dxf"
	"gisd/importers/flatgeobuf"
	"gisd/importers/geojson"
	"gisd/importers/geoparquet"
	"gisd/importers/gpkg"
	"gisd/importers/gpx"
	"gisd/importers/kml"
	"gisd/importers/ogr"
	"gisd/importers/shapefile"
	"gisd/importers/xlsx"
)

// importFormats are the formats that gisd reads, one line each.
func importFormats() []importers.Format {
	return []importers.Format{
		shapefile.Format{},
		gpkg.Format{},
		geojson.Format{},
		dxf.Format{},
		flatgeobuf.Format{},
		geoparquet.Format{},
		kml.Format{},
		gpx.Format{},
		ogr.Format{},
		csv.Format{},
		xlsx.Format{},
	}
}
