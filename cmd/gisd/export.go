package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/features"
	"gisd/tiles/archive"
)

// exportFlags are the flags of `gisd export`.
type exportFlags struct {
	output, bbox, filter, crs string
	role                      string // whose features and columns
	limit                     int
	overwrite, json           bool
	filtered                  bool // --filter was given
	minZoom, maxZoom          *int // of an archive
}

func newExportCommand(a *app) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export COLLECTION -o FILE",
		Short: "Write a collection to a file",
		Long: "Write the features of a collection to a file, whose ending says the format: " + exportEndings() + ".\n" +
			"Coordinates stay in the collection's reference system unless --crs names another; GeoJSON and KML are in WGS 84.\n" +
			"The file appears when it is complete.\n" +
			archiveHelp +
			"Exit codes: 0 done, 1 failed and nothing written (also for a filter that does not fit the collection), 64 bad usage.",
		Example: "  gisd export parcels -o parcels.gpkg\n" +
			"  gisd export zones -o dat-o.shp.zip --filter \"code = 'ODT' and area > 100\"\n" +
			"  gisd export roads -o - --format geojsonl --bbox 106.6,10.9,106.7,11.0 | gzip > roads.geojsonl.gz\n" +
			"  gisd export parcels,roads -o commune.pmtiles --bbox 106.6,10.9,106.7,11.0 --max-zoom 17",
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
	flags.StringVar(&f.role, "role", "", "only what a `ROLE` lets its holders see: published collections, within its limits (gisd roles)")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace a file that is there")
	flags.BoolVar(&f.json, "json", false, "progress as JSON lines on standard error")
	flags.Int("min-zoom", 0, "first zoom of an archive (default: the first with features)")
	flags.Int("max-zoom", 0, "last zoom of an archive (default: the last with features of its own, 16 at most)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.output == "" {
			return usagef("name the file to write with -o FILE, or - for standard output")
		}
		f.filtered = cmd.Flags().Changed("filter")
		if f.role != "" {
			if _, err := roles([]string{f.role}); err != nil {
				return err
			}
		}
		f.minZoom, f.maxZoom = givenInt(cmd.Flags(), "min-zoom"), givenInt(cmd.Flags(), "max-zoom")
		name := f.output
		if format != "" {
			name = "." + strings.TrimPrefix(format, ".")
		}
		if isArchive(name) {
			return a.exportArchive(cmd.Context(), args[0], filepath.Ext(name), &f)
		}
		if f.minZoom != nil || f.maxZoom != nil {
			return usagef("--min-zoom and --max-zoom are for archives of tiles: .pmtiles, .mbtiles")
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
	endings = append(endings, archive.EndingPMTiles, archive.EndingMBTiles)
	return strings.Join(endings, ", ")
}

func (a *app) export(ctx context.Context, collection string, to importers.Exporter, f *exportFlags) error {
	o, err := f.options(to)
	if err != nil {
		return err
	}
	if err := f.checkOutput(); err != nil {
		return err
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
	src, header, err := features.NewStore(db, catalogue).Export(ctx, c, o)
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
	fmt.Fprintf(a.stderr, "%s: %d features in %s, %s\n", f.output, n-header.LeftOut, to.Name(), header.SRID)
	if header.LeftOut > 0 {
		fmt.Fprintf(a.stderr, "gisd: %d features have no geometry, which %s cannot hold: left out\n", header.LeftOut, strings.ToUpper(to.Name()))
	}
	return nil
}

// checkOutput keeps what is there, unless it is a file that may go.
func (f *exportFlags) checkOutput() error {
	if f.output == "-" {
		return nil
	}
	st, err := os.Stat(f.output)
	switch {
	case err != nil:
		return nil
	case st.IsDir():
		return usagef("%s is a folder: name a file in it", f.output)
	}
	if err := importers.CheckRegular(f.output, st.Mode(), "standard output"); err != nil {
		return &exitError{exitUsage, err}
	}
	if !f.overwrite {
		return usagef("%s is there already: --overwrite replaces it", f.output)
	}
	return nil
}

// access is who asks: the command line itself, or somebody who has the role and no
// other.
func (f *exportFlags) access() spatial.Access {
	if f.role == "" {
		return commandLine()
	}
	return spatial.Access{Subject: commandLine().Subject, Roles: []spatial.Role{spatial.Role(f.role)}}
}

// options checks the flags.
func (f *exportFlags) options(to importers.Exporter) (o features.ExportOptions, err error) {
	o.Query = spatial.Query{Access: f.access(), Limit: f.limit}
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
	if f.filtered && strings.TrimSpace(f.filter) == "" {
		return o, usagef("--filter is empty: leave it out to write every feature")
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
	if len(parts) != 4 || slices.ContainsFunc(v[:], notFinite) || v[1] > v[3] || min(v[0], v[2]) < -180 || max(v[0], v[2]) > 180 || v[1] < -90 || v[3] > 90 {
		return nil, usagef("--bbox %s is no box: write min lon, min lat, max lon, max lat in degrees", s)
	}
	return &spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: v[0], MinY: v[1], MaxX: v[2], MaxY: v[3]}, nil
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// toFile lets write fill a file beside the one to be, which it then becomes; "-"
// is standard output.
func (a *app) toFile(path string, write func(io.Writer) error) error {
	const op = "export: write"
	if path == "-" {
		to := &importers.KeepingWriter{W: a.stdout}
		w := bufio.NewWriterSize(to, 1<<16)
		err := errors.Join(write(w), w.Flush())
		if to.Err != nil {
			return importers.StorageError(op, "the target of standard output", to.Err)
		}
		return importers.StorageError(op, importers.TemporaryFolder, err)
	}
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*")
	if err != nil {
		return importers.StorageError(op, "the folder "+folder, err)
	}
	to := &importers.KeepingWriter{W: file}
	w := bufio.NewWriterSize(to, 1<<20)
	err = errors.Join(write(w), w.Flush())
	if last := errors.Join(file.Chmod(0o644), file.Close()); err == nil {
		to.Err = last
	}
	if to.Err == nil && err == nil {
		to.Err = os.Rename(file.Name(), path)
	}
	switch {
	case to.Err != nil:
		err = importers.StorageError(op, "the folder "+folder, to.Err)
	default:
		err = importers.StorageError(op, importers.TemporaryFolder, err)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
