package flatgeobuf_test

import (
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/wkb"
	"gisd/internal/testdata"
	"gisd/spatial"
)

func TestDamaged(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/testfgb/poly_no_index.fgb"))
	if err != nil {
		t.Fatal(err)
	}
	indexed, err := os.ReadFile(testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/testfgb/poly.fgb"))
	if err != nil {
		t.Fatal(err)
	}
	second := 12 + int(binary.LittleEndian.Uint32(indexed[8:])) + (10+1)*40
	second += 4 + int(binary.LittleEndian.Uint32(indexed[second:]))
	first := 12 + int(binary.LittleEndian.Uint32(good[8:]))
	edit := func(change func(b []byte) []byte) []byte { return change(append([]byte(nil), good...)) }
	for _, tc := range []struct {
		name string
		file []byte
		want string
	}{
		{"cut in the header", good[:100], "cut short"},
		{"cut in a feature", good[:first+100], "cut short"},
		{"cut between features", indexed[:second], "10 features and 1 are there"},
		{"the header's length lies", edit(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[8:], 1<<31); return b }), "a header of 2147483648 bytes"},
		{"a feature's length lies", edit(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[first:], 1<<30); return b }), "a feature of 1073741824 bytes"},
		{"another version", edit(func(b []byte) []byte { b[3] = 2; return b }), "version 2"},
		{"garbage header", edit(func(b []byte) []byte { copy(b[12:], strings.Repeat("\xff", 60)); return b }), "header is damaged"},
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

// TestOneDamagedFeature: the others are read.
func TestOneDamagedFeature(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/testfgb/poly.fgb"))
	if err != nil {
		t.Fatal(err)
	}
	first := 12 + int(binary.LittleEndian.Uint32(b[8:])) + (10+1)*40
	copy(b[first+4:], "\xff\xff\xff\xff")
	b = append(b, "rubbish behind the end"...)
	src, err := openBytes(t, b)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got, err := importertest.Lines(t, src)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 10 || !strings.HasPrefix(got[0], "rejected") || !strings.HasPrefix(got[1], "POLYGON") {
		t.Errorf("%q", got)
	}
}

// FuzzRead: any file ends in records that hold to the contract or in an error.
func FuzzRead(f *testing.F) {
	for _, seed := range append(seeds(f), ownColumns()[8:]) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		src, err := openBytes(t, append([]byte("fgb\x03fgb\x01"), b...))
		if err != nil {
			return
		}
		defer src.Close()
		s := src.Schema()
		_ = src.Read(t.Context(), func(r *importers.Record) error {
			var in wkb.Info
			if r.Err != nil {
				return nil
			}
			if len(r.Values) != len(s.Fields) {
				t.Fatalf("%d values for %d fields", len(r.Values), len(s.Fields))
			}
			if r.Geometry != nil {
				if len(r.Geometry) > 64*(len(b)+1024) {
					t.Fatalf("%d bytes of geometry from %d", len(r.Geometry), len(b))
				}
				if wkb.Inspect(r.Geometry, s.Dimensions, &in) != nil {
					_, _ = wkb.Normalize(nil, r.Geometry, s.Dimensions)
				}
			}
			return nil
		})
	})
}
