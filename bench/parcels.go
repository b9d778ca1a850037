package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/file"
)

// format is one of the files that the suite imports.
type format struct {
	name   string
	ending string
	make   []string // arguments of ogr2ogr between the target and the Shapefile; nil where gisd writes it
	gisd   []string // more arguments of `gisd import`
	reads  bool     // ogr2ogr reads it
	open   string   // before the path for ogr2ogr
	ogr    []string // more arguments of ogr2ogr
	load   float64  // how many times as fast as ogr2ogr the load shall be
}

func formats() []format {
	return []format{
		{name: "shapefile", ending: ".shp", reads: true, load: 4},
		{name: "gpkg", ending: ".gpkg", make: []string{"-f", "GPKG"}, reads: true, load: 3},
		{name: "flatgeobuf", ending: ".fgb", make: []string{"-f", "FlatGeobuf"}, reads: true, load: 3},
		{name: "geojsonl", ending: ".geojsonl", make: []string{"-f", "GeoJSONSeq"}, reads: true, open: "GeoJSONSeq:", load: 3},
		{name: "geoparquet", ending: ".parquet"},
		{name: "csv", ending: ".csv", make: []string{"-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "-lco", "STRING_QUOTING=IF_NEEDED"},
			gisd: []string{"--crs", "EPSG:9210"}, reads: true, load: 3,
			ogr: []string{"-oo", "GEOM_POSSIBLE_NAMES=WKT", "-oo", "KEEP_GEOM_COLUMNS=NO", "-oo", "AUTODETECT_TYPE=YES", "-a_srs", "EPSG:9210"}},
	}
}

func formatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// parcels makes a Shapefile of n real-shaped parcels with six attributes, one
// of them unique text, once.
func parcels(ctx context.Context, o options) (string, error) {
	path := o.parcelFile(".shp")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if _, err := os.Stat(o.data); err != nil {
		return "", fmt.Errorf("the script that makes the parcels is missing: %w", err)
	}
	gpkg := filepath.Join(o.work, "source.gpkg")
	if _, err := command(ctx, o.work, nil, "/usr/bin/python3", o.data, gpkg, strconv.Itoa(o.n)); err != nil {
		return "", err
	}
	defer os.Remove(gpkg)
	made := o.parcelFile("_made.shp")
	if _, err := command(ctx, o.work, nil, "ogr2ogr", "-f", "ESRI Shapefile", made, gpkg, "-dialect", "sqlite", "-sql",
		"select geom, id, xa, so_to, so_thua, loai_dat, printf('BD%08d', id) as ma_thua from parcels"); err != nil {
		return "", err
	}
	return path, renameShapefile(made, path)
}

// parcelFile is where the parcels stand as a file of that ending.
func (o options) parcelFile(ending string) string {
	return filepath.Join(o.work, fmt.Sprintf("parcels_%d%s", o.n, ending))
}

// renameShapefile moves the parts; the .shp comes last, so that it stands for
// a whole Shapefile.
func renameShapefile(from, to string) error {
	for _, part := range []string{".dbf", ".shx", ".prj", ".shp"} {
		if err := os.Rename(strings.TrimSuffix(from, ".shp")+part, strings.TrimSuffix(to, ".shp")+part); err != nil {
			return err
		}
	}
	return nil
}

// file makes the parcels in a format, once. GeoParquet is exported from the
// collection that the Shapefile became.
func (b importBench) file(ctx context.Context, f format) (string, error) {
	path := b.parcelFile(f.ending)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	made := filepath.Join(b.work, "made", filepath.Base(path))
	if err := os.RemoveAll(filepath.Dir(made)); err != nil {
		return "", err
	}
	if err := os.Mkdir(filepath.Dir(made), 0o755); err != nil {
		return "", err
	}
	var err error
	if f.make != nil {
		_, err = command(ctx, b.work, nil, "ogr2ogr", append(f.make, made, b.shapefile, "-nln", "parcels")...)
	} else {
		if _, err = b.gisdImport(ctx, b.shapefile, "replace", "--key", "id"); err == nil {
			_, err = command(ctx, b.work, nil, b.gisd, "export", benchCollection, "-o", made, "--crs", "EPSG:9210", "--data-dir", b.dataDir())
		}
	}
	if err != nil {
		return "", err
	}
	return path, os.Rename(made, path)
}

// rowGroupMiB is the size of the largest row group once it is unpacked.
func rowGroupMiB(path string) (float64, error) {
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	most := int64(0)
	for i := range r.NumRowGroups() {
		most = max(most, r.MetaData().RowGroup(i).TotalByteSize())
	}
	return float64(most) / (1 << 20), nil
}
