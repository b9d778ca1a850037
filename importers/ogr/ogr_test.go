package ogr_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/ogr"
	"gisd/internal/testdata"
	"gisd/spatial"
)

const autotest = "corpus/import/gdal_autotest_ogr/autotest/ogr/data/"

func needGDAL(t *testing.T) {
	t.Helper()
	for _, program := range []string{"ogrinfo", "ogr2ogr"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("SKIPPED, NOT TESTED: %v", err)
		}
	}
}

func layersOf(t *testing.T, path string, f ogr.Format) ([]importers.Layer, error) {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	return importers.Layers(t.Context(), in, []importers.Format{f})
}

func open(t *testing.T, path, layer string) importers.Source {
	t.Helper()
	layers, err := layersOf(t, path, ogr.Format{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := importers.ChooseLayer(layers, layer)
	if err != nil {
		t.Fatal(err)
	}
	src, err := l.Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestFormats(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	needGDAL(t)
	for _, test := range []struct {
		file, layer, format string
		geometry            spatial.GeometryType
		dimensions          spatial.Dimensions
		srid                spatial.SRID
		count               int64
	}{
		{"mitab/polygon_without_index.tab", "", "mapinfo", spatial.GeometryPolygon, spatial.XY, 2154, 4},
		{"mitab/win1251.mif", "", "mapinfo", spatial.GeometryAny, spatial.XY, 0, 3},
		{"mitab/view_first_table_second_table.tab", "", "mapinfo", spatial.GeometryPoint, spatial.XY, 4326, 1},
		{"mitab/compr_symb_deleted_records.zip", "", "mapinfo", spatial.GeometryPoint, spatial.XY, 0, 396},
		{"dgn/smalltest.dgn", "", "dgn", spatial.GeometryAny, spatial.XY, 4326, 4},
		{"filegdb/testopenfilegdb.gdb.zip", "point", "filegdb", spatial.GeometryPoint, spatial.XY, 4326, 5},
		{"filegdb/testopenfilegdb.gdb.zip", "linestringzm", "filegdb", spatial.GeometryMultiLineString, spatial.XYZM, 4326, 1},
		{"filegdb/testopenfilegdb.gdb.zip", "none", "filegdb", spatial.GeometryNone, spatial.XY, 4326, 6},
		{"filegdb/curves.gdb", "line", "filegdb", spatial.GeometryMultiLineString, spatial.XY, 4326, 9},
		{"gml/gnis_pop_110.gml", "", "gml", spatial.GeometryPoint, spatial.XY, 4326, 20},
		{"gml/fake_mtkgml.xml", "A", "gml", spatial.GeometryPoint, spatial.XYZ, 25835, 1},
		{"ods/test.ods", "Feuille1", "ods", spatial.GeometryNone, spatial.XY, 4326, 26},
		{"ods/testrepeatedcolatendofrow.ods", "", "ods", spatial.GeometryNone, spatial.XY, 4326, 2},
		{"osm/test.pbf", "multipolygons", "osm", spatial.GeometryMultiPolygon, spatial.XY, 4326, 3},
		{"cad/point2d_r2000.dwg", "", "dwg", spatial.GeometryPoint, spatial.XY, 0, 1},
	} {
		t.Run(test.file+" "+test.layer, func(t *testing.T) {
			t.Parallel()
			src := open(t, testdata.Shared(t, autotest+test.file), test.layer)
			defer src.Close()
			got, err := importers.Inspect(t.Context(), src, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got.Format != test.format || got.Geometry != test.geometry || got.Dimensions != test.dimensions || got.Count != test.count || got.Rejected != 0 {
				t.Errorf("got %s, %d of %s %s, %d rejected; want %s, %d of %s %s", got.Format, got.Count, got.Geometry, got.Dimensions, got.Rejected,
					test.format, test.count, test.geometry, test.dimensions)
			}
			if test.srid != 0 && got.SRID != test.srid {
				t.Errorf("SRID %d (%s), want %d", got.SRID, got.CRSReason, test.srid)
			}
		})
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	needGDAL(t)
	for _, test := range []struct{ file, layer string }{
		{"mitab/utf8.mif", ""}, {"filegdb/testopenfilegdb.gdb.zip", "multipolygonzm"},
		{"gml/testlistfields.gml", ""}, {"osm/test.pbf", "points"},
	} {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			importertest.Source(t, func(t *testing.T) importers.Source {
				return open(t, testdata.Shared(t, autotest+test.file), test.layer)
			})
		})
	}
}

// Values of every type, as a FileGDB and GML hold them.
func TestValues(t *testing.T) {
	t.Parallel()
	needGDAL(t)
	for _, test := range []struct {
		file, layer, field, want string
		kind                     spatial.FieldType
	}{
		{"filegdb/testopenfilegdb.gdb.zip", "point", "str", "foo_é", spatial.FieldString},
		{"filegdb/testopenfilegdb.gdb.zip", "point", "smallint", "-13", spatial.FieldInteger},
		{"filegdb/testopenfilegdb.gdb.zip", "point", "real", "4.56", spatial.FieldNumber},
		{"filegdb/testopenfilegdb.gdb.zip", "point", "adate", "2013-12-26T12:34:56Z", spatial.FieldDateTime},
		{"filegdb/testopenfilegdb.gdb.zip", "point", "binary", "AP9/", spatial.FieldString},
		{"gml/testlistfields.gml", "", "attrib1", `["value1","value2"]`, spatial.FieldJSON},
		{"gml/testlistfields.gml", "", "attrib4", `[6.1,7.1]`, spatial.FieldJSON},
		{"ods/test.ods", "Feuille7", "Col5", "2012-01-22", spatial.FieldDate},
		{"ods/multiple_text_p_elements.ods", "", "value", "First line Second line", spatial.FieldString},
	} {
		t.Run(test.file+" "+test.field, func(t *testing.T) {
			t.Parallel()
			src := open(t, testdata.Shared(t, autotest+test.file), test.layer)
			defer src.Close()
			got, err := importers.Inspect(t.Context(), src, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range got.Fields {
				if f.Name != test.field {
					continue
				}
				if f.Type != test.kind || !strings.Contains(strings.Join(f.Samples, "|"), test.want) {
					t.Errorf("got %s %q, want %s %q", f.Type, f.Samples, test.kind, test.want)
				}
				return
			}
			t.Errorf("no field %s in %v", test.field, got.Fields)
		})
	}
}

func TestNativeIDs(t *testing.T) {
	t.Parallel()
	needGDAL(t)
	src := open(t, testdata.Shared(t, autotest+"filegdb/curves.gdb"), "line")
	defer src.Close()
	if got := src.Schema().NativeID; got != spatial.FieldInteger {
		t.Errorf("native id %q", got)
	}
	var first int64
	err := src.Read(t.Context(), func(r *importers.Record) error {
		if r.Number == 1 {
			first = r.ID.Int
		}
		return nil
	})
	if err != nil || first == 0 {
		t.Errorf("first id %d, error %v", first, err)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	needGDAL(t)
	for _, test := range []struct{ file, want string }{
		{"filegdb/with_cdf.gdb", "is a FileGDB that ogrinfo cannot read"},
		{"gml/empty.gml", "there is no layer in it"},
		{"gml/link_to_immediate_child.gml", "cannot be parsed"},
		{"osm/empty.osm", "without any feature"},
		{"dgnv8/test_dgnv8.dgn", "save it as DGN V7 or DXF"},
		{"cad/attribs.dwg", "save it as DXF"},
	} {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			layers, err := layersOf(t, testdata.Shared(t, autotest+test.file), ogr.Format{})
			if err == nil {
				var src importers.Source
				if src, err = layers[0].Open(t.Context(), importers.SourceOptions{}); err == nil {
					defer src.Close()
					err = src.Read(t.Context(), func(*importers.Record) error { return nil })
				}
			}
			e, ok := errors.AsType[*spatial.Error](err)
			if !ok || !strings.Contains(e.Message, test.want) || strings.Contains(e.Message, os.TempDir()) {
				t.Errorf("error %v, want one with %q and no path of ours", err, test.want)
			}
		})
	}
}

// TCVN3 stands in MapInfo files under the name of a western charset: every byte
// must reach the judge of encodings.
func TestBytesOfMapInfoText(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	needGDAL(t)
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// "Đất ở đô thị", "Phường Phú Mỹ", "Đất quy hoạch khu công nghiệp" in TCVN3.
	words := []string{"\xa7\xcat \xeb \xae\xab th\xde", "Ph\xad\xeang Ph\xf3 M\xfc", "\xa7\xcat quy ho\xb9ch khu c\xabng nghi\xd6p"}
	write("qh.mif", "Version   300\r\nCharset \"WindowsLatin1\"\r\nDelimiter \",\"\r\nCoordSys NonEarth Units \"m\" Bounds (0, 0) (2000000, 2000000)\r\n"+
		"Columns 1\r\n  ten Char(60)\r\nData\r\n\r\nPoint 601000.5 1221000.25\r\nPoint 601001 1221001\r\nPoint 601002 1221002\r\n")
	write("qh.mid", "\""+strings.Join(words, "\"\r\n\"")+"\"\r\n")
	src := open(t, filepath.Join(dir, "qh.mif"), "qh")
	defer src.Close()
	got, err := importers.Inspect(t.Context(), src, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := "Đất ở đô thị|Phường Phú Mỹ|Đất quy hoạch khu công nghiệp"
	if text := strings.Join(got.Fields[0].Samples, "|"); text != want {
		t.Errorf("got %q, want %q (%s: %s)", text, want, got.Encoding, got.EncodingReason)
	}
	if choice := src.Schema().Fields[0].Text; choice == nil || choice.Encoding != "tcvn3" {
		t.Errorf("choice %+v, want tcvn3", choice)
	}
	// Not of this earth, says the file; the values are asked.
	home := importers.CRSRequest{Home: spatial.Envelope{SRID: 4326, MinX: 106.33, MinY: 10.86, MaxX: 106.97, MaxY: 11.50}}
	if _, c, err := importers.SettleCRS(t.Context(), src, home); err != nil || c.SRID != 9210 || !c.Guess {
		t.Errorf("CRS %+v, %v; want EPSG:9210 by its values", c, err)
	}
}

// TestUnknownProjections: GDAL calls them degrees, which the coordinates are not.
func TestUnknownProjections(t *testing.T) {
	t.Parallel()
	needGDAL(t)
	const rest = " Bounds (-8000000, -10000000) (9000000, 10000000)\nColumns 1\n  a Integer\nData\n\nPoint 599233 1222000\n"
	for _, tc := range []struct {
		name, coordSys string
		doubted        bool
		srid           spatial.SRID
	}{
		{"unknown", `Earth Projection 34, 104, "m", 105.75, 0, 0.9999, 500000, 0`, true, 9210},
		{"unknown, with bounds in its number", `Earth Projection 2035, 164, "m", 102.25, 4, 323.02, 323.13, 0.99984, 804671, 123456`, true, 9210},
		{"known", `Earth Projection 8, 104, "m", 105, 0, 0.9996, 500000, 0`, false, 32648},
		{"degrees", `Earth Projection 1, 104`, false, 9210},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.mif")
			text := "Version  1200\nCharset \"WindowsLatin1\"\nDelimiter \",\"\nCoordSys " + tc.coordSys + rest
			for name, text := range map[string]string{path: text, strings.TrimSuffix(path, "mif") + "mid": "1\n"} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			src := open(t, path, "a")
			defer src.Close()
			if tc.doubted && len(src.Schema().Notes) > 0 {
				t.Errorf("%v", src.Schema().Notes)
			}
			if got := strings.HasPrefix(src.Schema().CRS.Reason, "its CoordSys has projection 3"); got != tc.doubted {
				t.Errorf("%+v", src.Schema().CRS)
			}
			// Where the lines of MIF are degrees the coordinates speak against it.
			_, c, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{Home: spatial.Envelope{SRID: 4326, MinX: 106.3, MinY: 10.8, MaxX: 106.99, MaxY: 11.5}})
			if err != nil || c.SRID != tc.srid || c.Guess != (tc.srid == 9210) {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
	// The projections of MapInfo 12 that the corpus has lie nowhere near here.
	for _, number := range []string{"34", "35"} {
		src := open(t, testdata.Shared(t, autotest+"mitab/proj_"+number+".mif"), "") // which lie there alone
		if notes := src.Schema().Notes; len(notes) != 1 || !strings.Contains(notes[0].EN, "no .mid") {
			t.Errorf("%s: %v", number, notes)
		}
		_, _, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{})
		if err == nil || !strings.Contains(err.Error(), "name one with --crs") || !strings.Contains(err.Error(), "projection "+number) {
			t.Errorf("%s: %v", number, err)
		}
		src.Close()
	}
}
