package main

import (
	"gisd/importers"
	"gisd/importers/csv"
	"gisd/importers/dxf"
	"gisd/importers/flatgeobuf"
	"gisd/importers/geojson"
	"gisd/importers/geoparquet"
	"gisd/importers/gpkg"
	"gisd/importers/kml"
	"gisd/importers/shapefile"
	"gisd/importers/xlsx"
)

// exportFormats are the formats that gisd writes, one line each.
func exportFormats() []importers.Exporter {
	return []importers.Exporter{
		geojson.Exporter{},
		geojson.LinesExporter{},
		gpkg.Exporter{},
		flatgeobuf.Exporter{},
		shapefile.Exporter{},
		kml.Exporter{},
		kml.ZipExporter{},
		dxf.Exporter{},
		csv.Exporter{},
		xlsx.Exporter{},
		geoparquet.Exporter{},
	}
}
