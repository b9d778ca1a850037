package csv_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/csv"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
)

func TestSources(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, path string }{
		{"polygons", parcelFile(t, 3000)},
		{"corners", write(t, "corners.csv", "thua;diem;x;y\n1;1;0,5;0,5\n;2;9,5;0,5\n;3;9,5;9,5\n2;1;0,5;0,5\n;2;9,5;0,5\n;3;9,5;9,5\n")},
		{"table", write(t, "table.csv", "a,b\n1,Đất\n")},
		{"positions", testdata.Shared(t, "data/tracks/austin_buses/2016-12-18.csv")},
		{"bus stops", testdata.Shared(t, "data/vietnam/bus/kaze_stops.csv")},
		{"cities, packed", testdata.Shared(t, "data/bench/cities.csv.gz")},
		{"no heading", testdata.Shared(t, "data/tracks/map_matching/src/test/resources/com/bmwcarit/barefoot/analysis/xba96de419e711691b9445d6a6307c170.csv")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			importertest.Source(t, func(t *testing.T) importers.Source {
				src, err := layersOf(t, tc.path)[0].Open(t.Context(), importers.SourceOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return src
			})
		})
	}
}

// TestForeign offers text that is no table.
func TestForeign(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text string }{
		{"README.txt", "This folder holds parcels, roads and rivers.\nThey come from the province, in 2024.\nAsk us, if in doubt.\n"},
		{"a.prj", `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]]]`},
		{"a.csv", "<?xml version=\"1.0\"?>\n<a,b/>\n<c,d/>\n"},
		{"b.csv", `{"type":"FeatureCollection","features":[]}`},
		{"c.csv", "\x00\x01\x02,\x03\n"},
		{"d.csv", ""},
		{"e.csv", "\r\n \r\n"},
		{"a.mid", "1,2,3\n4,5,6\n7,8,9\n"},
		{"drawing", "  0\nSECTION\n  2\nHEADER\n"},
		{"letter", "Dear all,\nplease find it attached,\nwith kind regards,\nyours\n"},
	} {
		if got := layersOf(t, write(t, tc.name, tc.text)); len(got) > 0 {
			t.Errorf("%s is taken for %v", tc.name, got)
		}
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.csv": "x,y\n1,2\n", "b.TSV": "x\ty\n1\t2\n", "points.txt": "1;2;3\n4;5;6\n", "README.txt": "Hello, you.\nWorld\n", "c.dat": "1,2,3\n4,5,6\n1,2,3\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, l := range layersOf(t, dir) {
		names = append(names, l.Name)
	}
	if got := strings.Join(names, " "); got != "a b points" {
		t.Errorf("layers %q", got)
	}
}

// TestBounded reads what would fill the memory of a careless reader.
func TestBounded(t *testing.T) {
	for _, tc := range []struct {
		name string
		text func() string
		want string // the reason of the rejected record
		rows int
	}{
		{"a line of 40 MB", func() string { return "a,b\n1," + strings.Repeat("x", 40<<20) + "\n2,y\n" }, "longer than 32 MiB", 2},
		{"a quote never closed", func() string { return "a,b\n1,\"" + strings.Repeat("x,\n", 12<<20) }, "longer than 32 MiB", 1},
		{"a million values", func() string { return "a,b\n" + strings.Repeat(",", 10<<20) + "\n2,y\n" }, "more than 4096 values", 2},
		{"a quote closed nowhere", func() string { return "a,b\n1,\"x\n2,y\n3,z\n" }, "is not closed", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := write(t, "a.csv", tc.text())
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			src, err := layersOf(t, path)[0].Open(t.Context(), importers.SourceOptions{})
			if err != nil {
				t.Fatal(err)
			}
			rows, reason := 0, ""
			err = src.Read(t.Context(), func(r *importers.Record) error {
				rows++
				if r.Err != nil {
					reason = r.Err.Reason.EN
				}
				return nil
			})
			runtime.ReadMemStats(&after)
			if err != nil || rows != tc.rows || !strings.Contains(reason, tc.want) {
				t.Errorf("%d rows, reason %q, error %v", rows, reason, err)
			}
			if grown := int64(after.TotalAlloc-before.TotalAlloc) >> 20; grown > 400 {
				t.Errorf("%d MiB allocated", grown)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "wkt\n\"POINT (1 2)\"\n", "x;y\n1,5;2,5\n", "so_thua,diem,x,y\n1,1,1,1\n,2,2,2\n,3,1,2\n", "a\tb\r\n\"x\"\"y\"\t2024-01-02\r\n",
		"\xff\xfea\x00,\x00b\x00", "sep=;\na;b\n", "\xef\xbb\xbfa|b\n1.234,5|x\n", "id,g\n1,0101000000000000000000F03F0000000000000040\n", "a,\"b\n", "g\n\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[1,2]}\"\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 64<<10 || bytes.HasPrefix(text, []byte("PK\x03\x04")) || bytes.HasPrefix(text, []byte("PK\x05\x06")) || bytes.HasPrefix(text, []byte("\x1f\x8b")) {
			t.Skip()
		}
		path := write(t, "a.csv", string(text))
		in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		layers, err := csv.Format{}.Layers(t.Context(), in)
		if err != nil || len(layers) == 0 {
			return
		}
		src, err := layers[0].Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			return
		}
		n := int64(0)
		if err := src.Read(t.Context(), func(r *importers.Record) error {
			if n++; len(r.Values) != len(src.Schema().Fields) {
				t.Errorf("%d values for %d fields", len(r.Values), len(src.Schema().Fields))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if want := src.Schema().Count; n != want {
			t.Errorf("%d records, the schema says %d", n, want)
		}
	})
}
