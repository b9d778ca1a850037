package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/postgis"
)

// exportFlags are the flags of `gisd export`.
type exportFlags struct {
	output, bbox, filter, crs string
	limit                     int
	overwrite, json           bool
}

func newExportCommand(a *app) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export COLLECTION -o FILE",
		Short: "Write a collection to a file",
		Long: "Write the features of a collection to a file, whose ending says the format: " + exportEndings() + ".\n" +
			"Coordinates stay in the collection's reference system unless --crs names another; GeoJSON and KML are in WGS 84.\n" +
			"The file appears when it is complete.",
		Example: "  gisd export parcels -o parcels.gpkg\n" +
			"  gisd export zones -o dat-o.shp.zip --filter \"code = 'ODT' and area > 100\"\n" +
			"  gisd export roads -o - --format geojsonl --bbox 106.6,10.9,106.7,11.0 | gzip > roads.geojsonl.gz",
		Args: oneArgument("the collection"),
	}
	var format string
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "the `FILE` to write, - for standard output (required)")
	flags.StringVar(&format, "format", "", "the format by its ending, where the file has none")
	flags.StringVar(&f.bbox, "bbox", "", "only what touches the box: min lon, min lat, max lon, max lat")
	flags.StringVar(&f.filter, "filter", "", "only what fits the CQL2 condition, with lon lat in its geometries")
	flags.StringVar(&f.crs, "crs", "", "reference system of the file's coordinates, as EPSG:4326")
	flags.IntVar(&f.limit, "limit", 0, "at most so many features; 0 is all")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace a file that is there")
	flags.BoolVar(&f.json, "json", false, "progress as JSON lines on standard error")
	_ = cmd.MarkFlagRequired("output")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name := f.output
		if format != "" {
			name = "." + strings.TrimPrefix(format, ".")
		}
		to, err := importers.ExporterFor(name, exportFormats())
		if err != nil {
			return &exitError{exitUsage, err}
		}
		return a.export(cmd.Context(), args[0], to, &f)
	}
	return cmd
}

func exportEndings() string {
	var endings []string
	for _, f := range exportFormats() {
		endings = append(endings, f.Extensions()[0])
	}
	return strings.Join(endings, ", ")
}

func (a *app) export(ctx context.Context, collection string, to importers.Exporter, f *exportFlags) error {
	o, err := f.options(to)
	if err != nil {
		return err
	}
	if _, err := os.Stat(f.output); err == nil && f.output != "-" && !f.overwrite {
		return usagef("%s is there already: --overwrite replaces it", f.output)
	}
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		return err
	}
	c, err := catalogue.Collection(collection, o.Query.Access)
	if err != nil {
		return err
	}
	src, header, err := postgis.NewFeatures(db, catalogue).Export(ctx, c, o)
	if err != nil {
		return err
	}
	defer src.Close()
	progress := newProgress(a.stderr, f.json)
	var n int64
	err = a.toFile(f.output, func(w io.Writer) error {
		n, err = importers.Write(ctx, to, w, src, header, progress.show)
		return err
	})
	progress.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%s: %d features in %s, %s\n", f.output, n, to.Name(), header.SRID)
	return nil
}

// options checks the flags.
func (f *exportFlags) options(to importers.Exporter) (o postgis.ExportOptions, err error) {
	o.Query = spatial.Query{Access: spatial.SystemAccess("cli"), Limit: f.limit}
	if f.limit < 0 {
		return o, usagef("--limit %d is below 0", f.limit)
	}
	if own, ok := to.(importers.Georeferenced); ok {
		o.SRID = own.DefaultSRID()
	}
	if srid, err := parseCRS(f.crs); err != nil {
		return o, err
	} else if srid != 0 {
		o.SRID = srid
	}
	if f.bbox != "" {
		if o.Query.BBox, err = parseBox(f.bbox); err != nil {
			return o, err
		}
	}
	if f.filter != "" {
		node, err := cql.Parse(f.filter)
		if err != nil {
			return o, &exitError{exitUsage, err}
		}
		o.Query.Filter = node
	}
	return o, nil
}

// parseBox reads min lon, min lat, max lon, max lat in degrees.
func parseBox(s string) (*spatial.Envelope, error) {
	parts := strings.Split(s, ",")
	var v [4]float64
	for i, p := range parts {
		var err error
		if len(parts) != 4 {
			break
		}
		if v[i], err = strconv.ParseFloat(strings.TrimSpace(p), 64); err != nil {
			return nil, usagef("--bbox %s: %q is no number", s, p)
		}
	}
	if len(parts) != 4 || v[1] > v[3] || min(v[0], v[2]) < -180 || max(v[0], v[2]) > 180 || v[1] < -90 || v[3] > 90 {
		return nil, usagef("--bbox %s is no box: write min lon, min lat, max lon, max lat in degrees", s)
	}
	return &spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: v[0], MinY: v[1], MaxX: v[2], MaxY: v[3]}, nil
}

// toFile lets write fill a file beside the one to be, which it then becomes; "-"
// is standard output.
func (a *app) toFile(path string, write func(io.Writer) error) (err error) {
	if path == "-" {
		w := bufio.NewWriterSize(a.stdout, 1<<16)
		return errors.Join(write(w), w.Flush())
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return usagef("%s cannot be written: %v", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	w := bufio.NewWriterSize(file, 1<<20)
	err = errors.Join(write(w), w.Flush(), file.Chmod(0o644), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
