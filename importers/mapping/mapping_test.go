package mapping_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/mapping"
	"gisd/importers/wkb"
	"gisd/internal/testdata"
	"gisd/spatial"
)

// given is a source of ready records.
type given struct {
	schema  importers.Schema
	records []importers.Record
}

func (g *given) Schema() importers.Schema { return g.schema }
func (g *given) Close() error             { return nil }

func (g *given) Read(ctx context.Context, emit func(*importers.Record) error) error {
	for i := range g.records {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := g.records[i]
		r.Number = int64(i) + 1
		if err := emit(&r); err != nil {
			return err
		}
	}
	return nil
}

// table makes a source of text columns; "-" is null. With geometry the rows are
// squares of 10 m in the home zone.
func table(geometry bool, names string, lines ...string) *given {
	g := &given{schema: importers.Schema{Layer: "thua_dat", Format: "test", Encoding: "utf-8", Dimensions: spatial.XY,
		GeometryType: spatial.GeometryNone, Count: int64(len(lines))}}
	if geometry {
		g.schema.GeometryType, g.schema.CRS = spatial.GeometryPolygon, importers.CRS{SRID: 9210, Reason: "the file says so"}
	}
	for name := range strings.SplitSeq(names, ",") {
		g.schema.Fields = append(g.schema.Fields, importers.FieldInfo{Name: name, Type: spatial.FieldString})
	}
	for i, line := range lines {
		var r importers.Record
		for text := range strings.SplitSeq(line, ",") {
			v := importers.Value{Valid: text != "-", Bytes: []byte(text)}
			r.Values = append(r.Values, v)
		}
		if geometry {
			x := 599_233 + 100*float64(i)
			r.Geometry = wkb.AppendCount(wkb.AppendCount(wkb.AppendHeader(nil, wkb.Polygon, spatial.XY), 1), 5)
			for _, p := range [][2]float64{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}} {
				r.Geometry = wkb.AppendFloat(wkb.AppendFloat(r.Geometry, x+p[0]), 1_222_000+p[1])
			}
		}
		g.records = append(g.records, r)
	}
	return g
}

func load(t *testing.T, text string) *mapping.File {
	t.Helper()
	f, err := mapping.Load([]byte("version: 1\n" + text))
	if err != nil {
		t.Fatal(faults(err))
	}
	return f
}

func faults(err error) string {
	var b strings.Builder
	b.WriteString(err.Error())
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		for _, f := range e.Fields {
			fmt.Fprintf(&b, "\n%s: %s", f.Name, f.Reason)
		}
	}
	return b.String()
}

// read returns the records as text: name=value, then the losses.
func read(t *testing.T, src importers.Source) []string {
	t.Helper()
	s := src.Schema()
	var got []string
	err := src.Read(t.Context(), func(r *importers.Record) error {
		var parts []string
		for i, f := range s.Fields {
			text := "-"
			if r.Values[i].Valid {
				text = importers.ValueText(f.Type, &r.Values[i])
			}
			parts = append(parts, f.Name+"="+text)
		}
		for _, e := range r.Lost {
			parts = append(parts, "lost "+e.Field+" "+e.Raw)
		}
		got = append(got, strings.Join(parts, " "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func apply(t *testing.T, src importers.Source, text string, with mapping.Surroundings) importers.Source {
	t.Helper()
	out, err := mapping.Apply(t.Context(), src, load(t, text), with)
	if err != nil {
		t.Fatal(faults(err))
	}
	t.Cleanup(func() { _ = out.Close() })
	return out
}

func TestApply(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, fields, text string
		lines, want        []string
	}{
		{"rename, type, skip, default, the rest is kept", "SO,DT,GHICHU,MOI",
			"fields:\n- {from: so, name: so_thua, type: integer}\n- {from: DT, name: dien_tich, type: number, default: 0}\n- {from: GHICHU, skip: true}",
			[]string{"12,100.5,x,a", "x1,-,y,b", "12.5,\"\",z,-"},
			[]string{"so_thua=12 dien_tich=100.5 MOI=a", "so_thua=- dien_tich=0 MOI=b lost so_thua x1", "so_thua=- dien_tich=- MOI=- lost so_thua 12.5 lost dien_tich \"\""}},
		{"area, length, constant", "A",
			"fields:\n- {name: m2, area: m2}\n- {name: ha, area: {unit: ha}}\n- {name: chu_vi, length: {unit: m}}\n- {name: nguon, constant: Phòng TNMT}\n- {name: nam, constant: 2026, type: integer}",
			[]string{"1"}, []string{"m2=100 ha=0.01 chu_vi=40 nguon=Phòng TNMT nam=2026 A=1"}},
		{"codes", "LOAI", "fields: [{from: LOAI, codes: {Đất ở: ODT, \"1\": LUA}}]",
			[]string{"Đất ở", "1", "khác"}, []string{"LOAI=ODT", "LOAI=LUA", "LOAI=khác"}},
		{"dates day first, or as told", "A,B", "fields:\n- {from: A, type: date}\n- {from: B, type: datetime, format: mm/dd/yyyy HH:MM}",
			[]string{"31/12/2025,12/31/2025 23:59", "2025-12-31,-"}, []string{"A=2025-12-31 B=2025-12-31T23:59:00Z", "A=2025-12-31 B=-"}},
		{"numbers with commas", "A,B", "fields: [{from: A, type: number, decimal: \".\"}, {from: B, type: boolean}]",
			[]string{"1 234.5,có", "1e3,không"}, []string{"A=1234.5 B=true", "A=1000 B=false"}},
		{"new fields may be left out", "A,B", "new_fields: skip\nfields: [{from: A}]", []string{"1,2"}, []string{"A=1"}},
		{"nothing to say", "A,B", "", []string{"1,2"}, []string{"A=1 B=2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out := apply(t, table(true, tc.fields, tc.lines...), tc.text, mapping.Surroundings{})
			if diff := cmp.Diff(tc.want, read(t, out)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMappedSourceKeepsTheContract(t *testing.T) {
	t.Parallel()
	importertest.Source(t, func(t *testing.T) importers.Source {
		return apply(t, table(true, "A,B", "1,x", "2,y"), "fields: [{from: A, type: integer}]\njoin: {file: x, key: A}",
			mapping.Surroundings{Open: opens(table(false, "A,C", "1,c"))})
	})
}

func opens(src importers.Source) func(context.Context, string, string) (importers.Source, error) {
	return func(context.Context, string, string) (importers.Source, error) { return src, nil }
}

func TestJoin(t *testing.T) {
	t.Parallel()
	owners := table(false, "SO_THUA,CHU,A", "2,Hai,b", "1,Một,a", "9,Chín,z", "1,trùng,-", "-,ai,-")
	out := apply(t, table(false, "SO,A", "1,x", "2,y", "3,w", "-,v"), "join: {file: owners.xlsx, key: so_thua, on: SO}\nfields: [{from: CHU, name: chu_su_dung}]",
		mapping.Surroundings{Open: opens(owners)})
	want := []string{
		"chu_su_dung=Một SO=1 A=x A_2=a", "chu_su_dung=Hai SO=2 A=y A_2=b",
		"chu_su_dung=- SO=3 A=w A_2=- lost SO 3", "chu_su_dung=- SO=- A=v A_2=- lost SO ",
	}
	for range 2 { // a second reading begins its counts anew
		if diff := cmp.Diff(want, read(t, out)); diff != "" {
			t.Error(diff)
		}
	}
	remarks := importers.RemarksOf(out)
	if n := strings.Join(remarks.Notes, "\n"); !strings.Contains(n, "2 records found their row, 2 did not; 1 rows were not asked for; 1 rows repeat a key, of which the first counts; 1 rows have no key") {
		t.Error(n)
	}
	var unmatched []string
	if err := remarks.Rejects(func(e importers.RecordError) error { unmatched = append(unmatched, e.Field+" "+e.Raw); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"so_thua 9"}, unmatched); diff != "" {
		t.Error(diff)
	}
}

// A joined table larger than any window is found whole, in any order.
func TestJoinOfManyRows(t *testing.T) {
	t.Parallel()
	var left, right []string
	for i := range 20_000 {
		left = append(left, fmt.Sprint(i*7%20_000))
		right = append(right, fmt.Sprintf("%d,%s%d", i, strings.Repeat("x", i%300), i))
	}
	out := apply(t, table(false, "K", left...), "join: {file: o, key: K}", mapping.Surroundings{Open: opens(table(false, "K,V", right...)), Scratch: t.TempDir()})
	n := 0
	err := out.Read(t.Context(), func(r *importers.Record) error {
		k := n * 7 % 20_000
		if want := fmt.Sprintf("%s%d", strings.Repeat("x", k%300), k); string(r.Values[1].Bytes) != want {
			return fmt.Errorf("row %d: %q", k, r.Values[1].Bytes)
		}
		n++
		return nil
	})
	if err != nil || n != 20_000 {
		t.Error(n, err)
	}
}

func TestLoadListsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := mapping.Load([]byte(`version: 1
crs: EPSG:abc
unknown: 1
encoding: klingon
fields:
  - {from: A, name: a, type: text}
  - {from: A, name: b}
  - {name: c}
  - {from: D, name: b, default: x, type: integer}
  - {area: m2}
  - {from: E, area: acre, name: e}
  - {from: F, type: date, format: hello}
join: {file: x.csv}
`))
	if err == nil {
		t.Fatal("accepted")
	}
	got := faults(err)
	for _, want := range []string{
		"line 2: crs", `line 3: "unknown" is not known here; names are crs,`, "line 4: encoding", `line 6: "text": want one of string`,
		"line 7: A is listed in line 6 already", "line 8: a field has from", `line 9: the default "x" is no integer`, "line 9: the name b is given in line 7",
		"line 10: a field that is computed", `line 11: "acre"`, "line 11: a field has only one", "line 12: format", "line 13: a join needs",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no word of %q in\n%s", want, got)
		}
	}
	for _, text := range []string{"", "[]", "a: [", "version: 2", "version: 1\na: &x [1]\nb: *x", strings.Repeat("#", 2<<20)} {
		if _, err := mapping.Load([]byte(text)); err == nil {
			t.Errorf("accepted: %.20q", text)
		}
	}
}

func TestApplyListsEveryMissingField(t *testing.T) {
	t.Parallel()
	f := load(t, "key: so\nfields: [{from: X}, {from: Y, name: B}, {from: A, name: C}, {name: dt, area: m2}]\njoin: [{file: o.csv, key: Q, on: A}, {file: o.csv, key: K, on: Z}]")
	_, err := mapping.Apply(t.Context(), table(false, "A,B", "1,2"), f, mapping.Surroundings{Open: opens(table(false, "K", "1"))})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"no field X", "no field Y", "fields are A, B", "o.csv has no field Q; its fields are K", "no field Z to join on", "key so is no field", "no geometry to measure"} {
		if !strings.Contains(faults(err), want) {
			t.Errorf("no word of %q in %s", want, faults(err))
		}
	}
}

// What Write writes changes nothing.
func TestWriteAndLoad(t *testing.T) {
	t.Parallel()
	src := table(true, "Số thửa,yes,a: b,#x,12,'q\"", "1,2,3,4,5,6")
	src.schema.Fields[1].Type = spatial.FieldString
	var b bytes.Buffer
	d := mapping.Draft{Schema: src.schema, CRS: importers.CRS{SRID: 9210, Reason: "a reason\nof two lines # here"}, Samples: map[string][]string{"yes": {"2", "3"}}}
	if err := mapping.Write(&b, &d); err != nil {
		t.Fatal(err)
	}
	f, err := mapping.Load(b.Bytes())
	if err != nil {
		t.Fatalf("%s\n%s", faults(err), b.String())
	}
	out, err := mapping.Apply(t.Context(), src, f, mapping.Surroundings{})
	if err != nil {
		t.Fatalf("%s\n%s", faults(err), b.String())
	}
	if f.SRID != 9210 || f.Layer != "thua_dat" {
		t.Errorf("%+v", f)
	}
	if diff := cmp.Diff(read(t, src), read(t, out)); diff != "" {
		t.Error(diff)
	}
	if notes := importers.RemarksOf(out).Notes; len(notes) > 0 {
		t.Error(notes)
	}
}

// A square of a hundredth of a degree at 11° N; the area is that of PROJ's
// azimuthal equal-area projection about its centre, the length that of geod.
func TestAreaInDegrees(t *testing.T) {
	t.Parallel()
	src := table(true, "A", "1")
	src.schema.CRS.SRID = 4326
	g := wkb.AppendCount(wkb.AppendCount(wkb.AppendHeader(nil, wkb.Polygon, spatial.XY), 1), 5)
	for _, p := range [][2]float64{{0, 0}, {0.01, 0}, {0.01, 0.01}, {0, 0.01}, {0, 0}} {
		g = wkb.AppendFloat(wkb.AppendFloat(g, 106.66+p[0]), 11.05+p[1])
	}
	src.records[0].Geometry = g
	out := apply(t, src, "fields: [{name: a, area: m2}, {name: l, length: m}]", mapping.Surroundings{})
	err := out.Read(t.Context(), func(r *importers.Record) error {
		if a, l := r.Values[0].Float, r.Values[1].Float; math.Abs(a-wantArea) > 0.01 || math.Abs(l-wantLength) > 0.001 {
			t.Errorf("area %.3f, length %.4f", a, l)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const wantArea, wantLength = 1208660.893, 4397.6470

func FuzzLoad(f *testing.F) {
	f.Add("version: 1\nfields: [{from: A, name: b, type: date, format: dd/mm/yyyy}]\njoin: {file: x, key: y}")
	f.Add("version: 1\ncrs: [")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := mapping.Load([]byte(text))
		if err != nil {
			return
		}
		out, err := mapping.Apply(t.Context(), table(false, "A,B", "1,2"), m, mapping.Surroundings{CRS: importers.CRSRequest{SRID: 2056}})
		if err == nil {
			_ = out.Read(t.Context(), func(*importers.Record) error { return nil })
			_ = out.Close()
		}
	})
}

// TestDocumentedExample reads the example of docs/import-mapping.md.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(testdata.Root(t), "docs", "import-mapping.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```yaml\n")
	example, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("no example")
	}
	f, err := mapping.Load([]byte(example))
	if err != nil {
		t.Fatal(faults(err))
	}
	if len(f.Fields) != 8 || len(f.Joins) != 1 || f.SRID != 9210 || f.Title.EN != "Parcels" {
		t.Errorf("%+v", f)
	}
}
