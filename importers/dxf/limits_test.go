package dxf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gisd/importers"
	"gisd/importers/dxf"
	"gisd/importers/importertest"
	"gisd/spatial"
)

// TestBombs: what would come to billions of entities ends in a clear error.
func TestBombs(t *testing.T) {
	t.Parallel()
	doubling := "0 BLOCK|2 B0|10 0|20 0|0 POINT|10 0|20 0|0 ENDBLK"
	for i := 1; i <= 30; i++ {
		doubling += fmt.Sprintf("|0 BLOCK|2 B%d|10 0|20 0|0 INSERT|2 B%d|10 0|20 0|0 INSERT|2 B%d|10 1|20 0|0 ENDBLK", i, i-1, i-1)
	}
	curve := "0 BLOCK|2 C|10 0|20 0" + strings.Repeat("|0 CIRCLE|10 0|20 0|40 1000000", 2000) + "|0 ENDBLK"
	for _, tc := range []struct{ name, blocks, entities string }{
		{"array of a billion", "0 BLOCK|2 B|10 0|20 0|0 POINT|10 0|20 0|0 ENDBLK", "0 INSERT|2 B|10 0|20 0|70 32000|71 32000"},
		{"array of an empty block", "0 BLOCK|2 B|10 0|20 0|0 ENDBLK", "0 INSERT|2 B|10 0|20 0|70 2000000000|71 2000000000"},
		{"doubling", doubling, "0 INSERT|2 B30|10 0|20 0"},
		{"one huge block", curve, "0 INSERT|2 C|10 0|20 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := layersOf(t, drawing(tc.blocks, tc.entities))
			if e, ok := errors.AsType[*spatial.Error](err); !ok || e.Code != spatial.CodeTooLarge || !strings.Contains(e.Message, "a.dxf") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestDamage: what is cut or lies ends in an error that names the file.
func TestDamage(t *testing.T) {
	t.Parallel()
	whole := string(drawing("", "0 LINE|8 A|10 0|20 0|11 1|21 1|0 POINT|10 1|20 2"))
	binary := "AutoCAD Binary DXF\r\n\x1a\x00\x00\x00SECTION\x00\x02\x00ENTITIES\x00"
	for _, tc := range []struct{ name, file, want string }{
		{"cut in an entity", whole[:strings.Index(whole, "POINT")+6], "cut short"},
		{"cut in a section", whole[:strings.Index(whole, "0\nPOINT")], "cut short"},
		{"no group code", strings.Replace(whole, "10\n0\n", "abc\n0\n", 1), "group code"},
		{"line of two million letters", strings.Replace(whole, "8\nA\n", "8\n"+strings.Repeat("A", 2<<20)+"\n", 1), "longer than"},
		{"cut binary", binary + "\x00\x00LINE\x00\x0a\x00\x00\x00", "cut short"},
		{"binary text without end", binary + "\x00\x00" + strings.Repeat("L", 2<<20), "longer than"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := layersOf(t, []byte(tc.file))
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "a.dxf") {
				t.Errorf("error %.300v", err)
			}
		})
	}
}

// TestTolerance: what real files have and the reference does not allow.
func TestTolerance(t *testing.T) {
	t.Parallel()
	plain := string(drawing("", "0 LINE|8 A|10 0|20 0|11 1|21 1"))
	for _, tc := range []struct{ name, file string }{
		{"CRLF", strings.ReplaceAll(plain, "\n", "\r\n")},
		{"byte order mark", "\ufeff" + plain},
		{"comments", "999\nmade by hand\n" + strings.Replace(plain, "8\nA\n", "999\nx\n8\nA\n", 1)},
		{"blanks around codes", strings.ReplaceAll(plain, "\n0\nLINE\n", "\n  0 \nLINE\n")},
		{"trash behind the end", plain + "\x00\x01trash\n\n"},
		{"no end", strings.TrimSuffix(plain, "0\nEOF\n")},
		{"blank lines at the end", strings.TrimSuffix(plain, "0\nEOF\n") + "\n\n"},
		{"entities only", tags("0 SECTION|2 ENTITIES|0 LINE|8 A|10 0|20 0|11 1|21 1|0 ENDSEC|0 EOF")},
		{"decimal commas", strings.Replace(plain, "11\n1\n", "11\n1,0\n", 1)},
		{"exponents", strings.Replace(plain, "11\n1\n", "11\n 1.0E+00 \n", 1)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := shapes(t, openNamed(t, []byte(tc.file), ""), 3); len(got) != 1 || got[0] != "{LineString,[[0,0],[1,1]]}" {
				t.Errorf("%q", got)
			}
		})
	}
	for _, file := range []string{"", "{}", "0\n", "0\nLINE\n", strings.Repeat("x", 5000), "AC1015\x00"} {
		if layers, err := layersOf(t, []byte(file)); err != nil || len(layers) != 0 {
			t.Errorf("%.20q: %d layers, %v", file, len(layers), err)
		}
	}
	if layers, err := layersOf(t, drawing("", "")); err != nil || names(layers) != "entities false" {
		t.Errorf("an empty drawing: %s, %v", names(layers), err)
	}
}

// TestOneHugeEntity is refused as a record, the others are read.
func TestOneHugeEntity(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString(tags("0 SECTION|2 ENTITIES|0 LWPOLYLINE|5 1F|90 1000000|70 0"))
	for i := range 1_000_000 {
		fmt.Fprintf(&b, "10\n%d\n20\n0\n", i)
	}
	b.WriteString(tags("0 POINT|10 1|20 2|0 ENDSEC|0 EOF"))
	if got := shapes(t, openWhole(t, b.Bytes()), 3); len(got) != 2 || !strings.Contains(got[0], "too large") || got[1] != "{Point,[1,2]}" {
		t.Errorf("%.300q", got)
	}
}

// TestManyLayers: where there are more than a thousand, all are one layer.
func TestManyLayers(t *testing.T) {
	t.Parallel()
	var e []string
	for i := range 1100 {
		e = append(e, fmt.Sprintf("0 POINT|8 L%d|10 1|20 2", i))
	}
	layers, err := layersOf(t, drawing("", strings.Join(e, "|")))
	if err != nil || names(layers) != "entities false" {
		t.Errorf("%d layers, %v", len(layers), err)
	}
}

// TestUnits: only a scale that brings the drawing onto the map is applied.
func TestUnits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, units, entity, want, note string }{
		{"metres", "6", "0 POINT|10 600000|20 1220000", "{Point,[600000,1220000]}", ""},
		{"none", "0", "0 POINT|10 600000000|20 1220000000", "{Point,[600000000,1220000000]}", ""},
		{"millimetres", "4", "0 POINT|10 600000000|20 1220000000|30 5000", "{Point,[600000,1220000,5]}", "multiplied by 0.001"},
		{"millimetres declared, metres drawn", "4", "0 POINT|10 600000|20 1220000", "{Point,[600000,1220000]}", "kept as they are"},
		{"millimetres of a detail", "4", "0 POINT|10 100|20 200", "{Point,[100,200]}", "on no map"},
		{"northing first", "5", "0 POINT|10 122000000|20 60000000", "{Point,[1220000,600000]}", "multiplied by 0.01"},
		{"millimetres and a forgotten point", "4", "0 POINT|10 0|20 0|0 POINT|10 600000000|20 1220000000|0 POINT|10 600000000|20 1220000000", "{Point,[0,0]}", "multiplied by 0.001"},
		{"feet", "2", "0 POINT|10 2000000|20 4000000", "{Point,[609600,1219200]}", "multiplied by 0.3048"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src := openWhole(t, inSections("9 $INSUNITS|70 "+tc.units, "", "", tc.entity))
			if got := shapes(t, src, 6); len(got) == 0 || got[0] != tc.want {
				t.Errorf("got %q, want %s", got, tc.want)
			}
			note := ""
			for _, n := range src.Schema().Notes {
				note += n.EN
			}
			if tc.note == "" && note != "" || !strings.Contains(note, tc.note) {
				t.Errorf("note %q", note)
			}
		})
	}
}

// TestGeodata: a GEODATA object names the system where the drawing is in it.
func TestGeodata(t *testing.T) {
	t.Parallel()
	object := func(reference string) []byte {
		b := string(drawing("", "0 POINT|10 1|20 2"))
		xml := `<Alias id="32648" type="CoordinateSystem"><ObjectId>UTM</ObjectId>^J<Namespace>EPSG Code</Namespace></Alias>`
		return []byte(strings.TrimSuffix(b, tags("0 EOF")) + tags("0 SECTION|2 OBJECTS|0 GEODATA|10 0|20 0|11 "+reference+"|21 0|40 1|12 0|22 1|303 "+xml[:40]+"|301 "+xml[40:]+"|0 ENDSEC|0 EOF"))
	}
	if got := openWhole(t, object("0")).Schema().CRS.SRID; got != 32648 {
		t.Errorf("SRID %d", got)
	}
	if got := openWhole(t, object("500000")).Schema().CRS.SRID; got != 0 {
		t.Errorf("a drawing around its own origin has SRID %d", got)
	}
}

// TestCancelled: a long listing ends with its context.
func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, err := importers.OpenInput(t.Context(), importertest.File(t, "a.dxf", drawing("", "0 POINT|10 1|20 2")), nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := (dxf.Format{}).Layers(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// FuzzRead: no input panics, and what is listed can be read as often as asked.
func FuzzRead(f *testing.F) {
	h, records := written()
	var out bytes.Buffer
	w, err := dxf.Exporter{}.Create(context.Background(), &out, f.TempDir(), h)
	if err != nil {
		f.Fatal(err)
	}
	for i := range records {
		if err := w.Write(&records[i]); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(drawing("0 BLOCK|2 B|10 0|20 0|0 ARC|10 0|20 0|40 1|50 0|51 90|0 ENDBLK", "0 INSERT|2 B|66 1|10 1|20 1|70 2|0 ATTRIB|2 T|1 x|0 SEQEND"))
	f.Add(drawing("", "0 SPLINE|71 3|40 0|40 0|40 0|40 0|40 1|40 1|40 1|40 1|10 0|20 0|10 1|20 1|10 2|20 0|10 3|20 1|0 MTEXT|1 {\\fx;\\S1/2;%%c}"))
	f.Add(drawing("", "0 HATCH|91 1|92 1|93 2|72 3|10 0|20 0|11 1|21 0|40 0.5|50 0|51 180|73 1|72 4|94 1|95 4|96 2|40 0|40 0|40 1|40 1|10 0|20 0|10 1|20 1|97 0|75 1"))
	f.Add([]byte("AutoCAD Binary DXF\r\n\x1a\x00\x00\x00SECTION\x00\x02\x00ENTITIES\x00\x00\x00POINT\x00\x0a\x00\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00ENDSEC\x00\x00\x00EOF\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		path := filepath.Join(t.TempDir(), "a.dxf")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		// A bomb ends at its limit, which takes longer than a fuzzer has.
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		in := &importers.Input{Name: "a.dxf", Named: "a.dxf", Files: []importers.File{{Name: "a.dxf", Path: path, Size: int64(len(data))}}}
		layers, err := dxf.Format{}.Layers(ctx, in)
		if err != nil {
			return
		}
		for _, l := range layers {
			src, err := l.Open(ctx, importers.SourceOptions{})
			if err != nil {
				t.Fatal(err)
			}
			n := int64(0)
			err = src.Read(ctx, func(r *importers.Record) error {
				if n++; n > 10_000 {
					return io.EOF
				}
				return nil
			})
			if err == nil && n != src.Schema().Count {
				t.Errorf("%d records, the schema says %d", n, src.Schema().Count)
			}
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("listed, and then: %v", err)
			}
		}
	})
}
