package mapping_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/mapping"
	"gisd/importers/wkb"
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
