package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTransformCommand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "points.csv")
	if err := os.WriteFile(file, []byte("id,easting,northing\n1,600000,1220900\n2,600000,1221500\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	both := []string{"transform", "--from", "EPSG:9210", "--to", "EPSG:4326"}
	cases := []struct {
		name   string
		args   []string
		in     string
		code   int
		out    string
		stderr string // a part of it
	}{
		{"one", append(both[:5:5], "600000", "1220900"), "", 0, "106.666983391 11.038787761\n", ""},
		{"one, northing first", append(both[:5:5], "--swap-xy", "1220900", "600000"), "", 0, "106.666983391 11.038787761\n", ""},
		{"negative", []string{"transform", "--from", "CRS84", "--to", "EPSG:3857", "--", "-0.1276", "51.5072"}, "", 0, "-14204.3670 6711506.7054\n", ""},
		{"file", append(both[:5:5], file), "", 0, "id,easting,northing,lon,lat\n1,600000,1220900,106.666983391,11.038787761\n2,600000,1221500,106.667000224,11.044211829\n", ""},
		{"standard input", both, "600000;1220900\n", 0, "600000;1220900;106.666983391;11.038787761\n", ""},
		{"a bad row", append(both[:5:5], "-"), "x,y\n600000,1220900\nabc,1\n", 2, "x,y,lon,lat\n600000,1220900,106.666983391,11.038787761\nabc,1,,\n", "standard input:3: "},
		{"swapped", append(both[:5:5], "1220900", "600000"), "", 1, "", "swapped"},
		{"no table", both, "", 1, "", "standard input: The table is empty."},
		{"no file", append(both[:5:5], "nowhere.csv"), "", 1, "", "nowhere.csv"},
		{"no systems", []string{"transform", "1", "2"}, "", 64, "", "--from"},
		{"unknown system", []string{"transform", "--from", "EPSG:27700", "--to", "EPSG:4326", "1", "2"}, "", 64, "", "EPSG:27700"},
		{"not a number", append(both[:5:5], "a", "2"), "", 64, "", "not a number"},
		{"too many", append(both[:5:5], "1", "2", "3"), "", 64, "", ""},
		{"unknown flag", append(both[:5:5], "--precision", "3"), "", 64, "", "precision"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out, stderr bytes.Buffer
			code := run(t.Context(), c.args, nil, streams{strings.NewReader(c.in), &out, &stderr})
			if code != c.code || out.String() != c.out || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("exit %d, want %d\nout: %s\nwant: %s\nstderr: %s", code, c.code, out.String(), c.out, stderr.String())
			}
		})
	}
}
