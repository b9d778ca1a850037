package main

import (
	"context"
	"io"
	"strings"
	"time"

	"gisd/api/negotiate"
	"gisd/api/ogc"
	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis/features"
)

// downloads offers the formats of `gisd export` at /items.
type downloads struct{ features *features.Store }

const downloadTimeout = time.Hour

// Formats implements ogc.Downloads.
func (downloads) Formats() []negotiate.Format {
	var formats []negotiate.Format
	for _, f := range exportFormats() {
		formats = append(formats, negotiate.Format{Name: formatName(f), Type: f.MediaType()})
	}
	return formats
}

// formatName is the ending without its dot: "gpkg", "shp.zip".
func formatName(f importers.Exporter) string { return strings.TrimPrefix(f.Extensions()[0], ".") }

// Prepare implements ogc.Downloads.
func (d downloads) Prepare(ctx context.Context, format string, c *spatial.Collection, what ogc.Download) (func(io.Writer) error, error) {
	to, err := importers.ExporterFor("."+format, exportFormats())
	if err != nil {
		return nil, err
	}
	o := features.ExportOptions{Query: what.Query, SRID: what.SRID, Timeout: downloadTimeout}
	src, header, err := d.features.Export(ctx, c, o)
	if err != nil {
		return nil, err
	}
	return func(w io.Writer) error {
		defer src.Close()
		_, err := importers.Write(ctx, to, w, src, header, nil)
		return err
	}, nil
}
