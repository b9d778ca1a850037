package geoparquet_test

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/geoparquet"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
	"gisd/spatial"
)

func openFile(t testing.TB, path string) (importers.Source, error) {
	t.Helper()
	return importertest.Open(t, geoparquet.Format{}, path)
}

func openBytes(t testing.TB, b []byte) (importers.Source, error) {
	t.Helper()
	return openFile(t, importertest.File(t, "a.parquet", b))
}

// TestNative reads what GeoPandas writes in the encodings of GeoArrow.
func TestNative(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file string
		kind spatial.GeometryType
		want []string
	}{
		{"point", spatial.GeometryPoint, []string{"POINT (1 2)|0", "none|1", "POINT (3 4)|2"}},
		{"linestring", spatial.GeometryLineString, []string{"LINESTRING (1 2, 3 4)|0", "LINESTRING EMPTY|1", "none|2"}},
		{"polygon", spatial.GeometryPolygon, []string{"POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))|0", "none|1", "POLYGON EMPTY|2"}},
		{"multipoint", spatial.GeometryMultiPoint, []string{"MULTIPOINT (1 2, 3 4)|0", "none|1", "MULTIPOINT (5 6)|2"}},
		{"multilinestring", spatial.GeometryMultiLineString, []string{"MULTILINESTRING ((1 2, 3 4), (5 6, 7 8, 9 9))|0", "none|1"}},
		{"multipolygon", spatial.GeometryMultiPolygon, []string{"MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((10 0, 19 0, 19 9, 10 0), (11 1, 12 1, 12 2, 11 1)))|0", "none|1"}},
		{"point_z", spatial.GeometryPoint, []string{"POINT Z (1 2 3)|0", "POINT Z (4 5 6)|1"}},
		{"polygon_z", spatial.GeometryPolygon, []string{"POLYGON Z ((0 0 1, 9 0 2, 9 9 3, 0 0 1))|0"}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			t.Parallel()
			src, err := openFile(t, "testdata/"+tc.file+".parquet")
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			got, err := importertest.Lines(t, src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if s := src.Schema(); s.GeometryType != tc.kind || s.CRS.SRID != 3405 {
				t.Errorf("schema %+v", s)
			}
		})
	}
}

// TestCorpus opens what others wrote; want is the first record, shortened.
func TestCorpus(t *testing.T) {
	t.Parallel()
	const gdal = "corpus/import/gdal_autotest_ogr/autotest/ogr/data/parquet/"
	for _, tc := range []struct {
		file  string
		kind  spatial.GeometryType
		count int
		srid  spatial.SRID // -1: a text to be registered; 0: unknown
		want  string
	}{
		{gdal + "all_geoms.parquet", spatial.GeometryAny, 7, 4326, "POINT (1 2)"},
		{gdal + "bbox_similar_to_overturemaps_2024-04-16-beta.0.parquet", spatial.GeometryPolygon, 10, 27700, "POLYGON ((479819.84375 4765180.5, "},
		{gdal + "example.parquet", spatial.GeometryMultiPolygon, 5, 4326, "MULTIPOLYGON (((180 -16.067133, "},
		{gdal + "extension_json.parquet", spatial.GeometryNone, 1, 4326, `none|{"foo":"bar"}`},
		{gdal + "geoparquet_1_1_no_explicit_crs_but_geoarrow_wkb_declared.parquet", spatial.GeometryMultiPolygon, 20, 4326, "MULTIPOLYGON (((158.032275 "},
		{gdal + "list_binary.parquet", spatial.GeometryNone, 3, 4326, "none|-"},
		{gdal + "nested_types.parquet", spatial.GeometryNone, 5, 4326, `none|{"x":[true],"y":[false,true]}|{"x":[2],"y":[3,4]}|`},
		{gdal + "parquet_geometry/example-crs_vermont-4326.parquet", spatial.GeometryPolygon, 1, 4326, "POLYGON ((-72.45707 42.727082, "},
		{gdal + "parquet_geometry/example-crs_vermont-utm.parquet", spatial.GeometryPolygon, 1, 32618, "POLYGON ((708190.51415 "},
		{gdal + "parquet_geometry/example-crs_vermont-custom.parquet", spatial.GeometryPolygon, 1, -1, "POLYGON ((19077.091325 "},
		{gdal + "parquet_testing_geospatial/crs-projjson.parquet", spatial.GeometryPolygon, 1, 5070, "POLYGON ((-1176249.405655 "},
		{gdal + "parquet_testing_geospatial/crs-srid.parquet", spatial.GeometryPolygon, 1, 5070, "POLYGON ((-1176249.405655 "},
		{gdal + "parquet_testing_geospatial/crs-geography.parquet", spatial.GeometryPolygon, 1, 4326, "POLYGON ((-111 45, "},
		{gdal + "part_with_empty_batch/part2.parquet", spatial.GeometryAny, 0, 4326, ""},
		{gdal + "partitioned_hive/foo=bar/part.0.parquet", spatial.GeometryNone, 3, 4326, "none|"},
		{gdal + "poly_geoarrow_polygon_not_geoparquet.parquet", spatial.GeometryPolygon, 10, 0, "POLYGON ((479819.84375 4765180.5, "},
		{gdal + "poly_wkt_large_string.parquet", spatial.GeometryPolygon, 10, 27700, "POLYGON ((479819.84375 4765180.5, "},
		{gdal + "test.parquet", spatial.GeometryPoint, 5, 4326, "POINT (0 2)|true|-|1|-2|1|-20000|1|-2000000000|1|-200000000000|1.5|1.5|abcd|abcd|2019-01-01T14:00:00.5Z|"},
		{gdal + "test_list_of_struct.parquet", spatial.GeometryPoint, 3, 4326, `POINT (1 1)|0|[{"a":1,"b":2},{"a":1,"b":2}]`},
		{gdal + "uint32_parquet2.parquet", spatial.GeometryNone, 5, 4326, "none|1"},
		{gdal + "wkt_with_dict.parquet", spatial.GeometryPoint, 5, 4326, "POINT (1 2)|foo"},
		{"corpus/import/geoparquet/examples/example.parquet", spatial.GeometryMultiPolygon, 5, 4326, "MULTIPOLYGON (((180 -16.067133, "},
		{"corpus/import/geoparquet/test_data/data-multipoint-encoding_wkb.parquet", spatial.GeometryMultiPoint, 4, 4326, "MULTIPOINT (30 10)|0"},
		// PROJJSON without an id, named "unknown": found by its parameters.
		{"data/bench/roads_geoparquet/wuhan_8989.parquet", spatial.GeometryLineString, 92667, 32650, "LINESTRING (237036.279894 3374525.948734, "},
		{"data/bench/roads_geoparquet/liege_1656.parquet", spatial.GeometryLineString, 79907, 32631, "LINESTRING (681808.818055 "},
	} {
		t.Run(filepath.Base(tc.file), func(t *testing.T) {
			t.Parallel()
			src, err := openFile(t, testdata.Shared(t, tc.file))
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			got, err := importertest.Lines(t, src)
			if err != nil {
				t.Fatal(err)
			}
			if s := src.Schema(); s.GeometryType != tc.kind || len(got) != tc.count || s.Count != int64(tc.count) {
				t.Errorf("%d records, schema %+v", len(got), s)
			}
			if len(got) > 0 && !strings.HasPrefix(got[0], tc.want) {
				t.Errorf("first record %.200s", got[0])
			}
			c, err := importers.ResolveCRS(t.Context(), src, 0)
			switch {
			case tc.srid == 0 && err == nil, tc.srid > 0 && c.SRID != tc.srid, tc.srid < 0 && (c.SRID != 0 || c.WKT == ""):
				t.Errorf("reference system %+v, error %v", c, err)
			}
		})
	}
}

// TestNullCRS: unknown is not the same as absent, which is CRS84.
func TestNullCRS(t *testing.T) {
	t.Parallel()
	src, err := openFile(t, testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/parquet/part_with_empty_batch/part1.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if c := src.Schema().CRS; c != (importers.CRS{}) {
		t.Errorf("reference system %+v", c)
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("testdata/polygon.parquet")
	if err != nil {
		t.Fatal(err)
	}
	edit := func(change func(b []byte)) []byte {
		b := append([]byte(nil), good...)
		change(b)
		return b
	}
	for _, tc := range []struct {
		name string
		file []byte
		want string
	}{
		{"cut", good[:len(good)/2], "cut short"},
		{"only the mark", []byte("PAR1"), "cut short"},
		{"encrypted", append(append([]byte("PARE"), good[4:len(good)-4]...), "PARE"...), "encrypted"},
		{"the directory's length lies", edit(func(b []byte) { copy(b[len(b)-8:], "\xff\xff\xff\x7f") }), "a directory of 2147483647 bytes"},
		{"garbage directory", edit(func(b []byte) {
			copy(b[len(b)-8-int(binary.LittleEndian.Uint32(b[len(b)-8:])):], strings.Repeat("\xff", 200))
		}), ""},
		{"garbage pages", edit(func(b []byte) { copy(b[4:], strings.Repeat("\xff", 120)) }), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src, err := openBytes(t, tc.file)
			if err == nil {
				defer src.Close()
				_, err = importertest.Lines(t, src)
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) || spatial.CodeOf(err) != spatial.CodeInvalid {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

// FuzzRead: any file ends in records that hold to the contract or in an error.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"point", "multipolygon"} {
		b, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(write(f, &importers.Header{Layer: "a", Fields: allTypes(), Geometry: spatial.GeometryAny, Dimensions: spatial.XY, SRID: 9210},
		importers.Record{Number: 1, Geometry: geometry(f, "POINT (1 2)"), Values: values()}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 4 || string(b[:4]) != "PAR1" {
			return
		}
		src, err := openBytes(t, b)
		if err != nil {
			return
		}
		defer src.Close()
		s := src.Schema()
		_ = src.Read(t.Context(), func(r *importers.Record) error {
			if r.Err == nil && len(r.Values) != len(s.Fields) {
				t.Fatalf("%d values for %d fields", len(r.Values), len(s.Fields))
			}
			if r.Number > 100_000 {
				return errors.New("enough")
			}
			return nil
		})
	})
}
