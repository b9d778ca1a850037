package geojson_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/geojson"
	"gisd/spatial"
)

func openText(ctx context.Context, t testing.TB, text string) (importers.Source, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		return nil, err
	}
	layers, err := importers.Layers(ctx, in, []importers.Format{geojson.Format{}})
	if err != nil {
		return nil, err
	}
	return layers[0].Open(ctx, importers.SourceOptions{})
}

// read lists the records as "geometry | values"; geometry as GeoJSON coordinates.
func read(t *testing.T, src importers.Source) []string {
	t.Helper()
	s := src.Schema()
	var all []string
	err := src.Read(t.Context(), func(r *importers.Record) error {
		if r.Err != nil {
			all = append(all, "error: "+r.Err.Reason.EN)
			return nil
		}
		g, err := geojson.AppendGeometry(nil, r.Geometry, 9)
		if err != nil {
			return err
		}
		line := string(g)
		if i := strings.Index(line, ","); i > 0 {
			line = strings.TrimSuffix(line[i+1:], "}")
		}
		for i, v := range r.Values {
			text := "-"
			if v.Valid {
				text = importers.ValueText(s.Fields[i].Type, &v)
			}
			line += fmt.Sprintf(" %s=%s", s.Fields[i].Name, text)
		}
		if r.ID.Valid {
			line += " id=" + importers.ValueText(s.NativeID, &r.ID)
		}
		for _, l := range r.Lost {
			line += " lost " + l.Field
		}
		all = append(all, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRead(t *testing.T) {
	t.Parallel()
	const point = `"geometry":{"type":"Point","coordinates":[1,2]}`
	for _, tc := range []struct {
		name, give string
		want       []string
	}{
		{"collection, type last", `{"features":[{"type":"Feature",` + point + `,"properties":{"a":1}}],"type":"FeatureCollection"}`, []string{`"coordinates":[1,2] a=1`}},
		{"byte order mark", "\ufeff" + `{"type":"Point","coordinates":[1,2]}`, []string{`"coordinates":[1,2]`}},
		{"zeros after the end", `{"type":"Point","coordinates":[1,2]}` + "\n\x00\x00\n\x00", []string{`"coordinates":[1,2]`}},
		{"a feature", `{"type":"Feature",` + point + `,"properties":null}`, []string{`"coordinates":[1,2]`}},
		{"lines with ids", `{"type":"Feature","id":7,` + point + `,"properties":{"b":true}}` + "\n" + `{"type":"Feature","id":8,` + point + `,"properties":{"b":false}}`,
			[]string{`"coordinates":[1,2] b=true id=7`, `"coordinates":[1,2] b=false id=8`}},
		{"text ids", "\x1e" + `{"type":"Feature","id":"x",` + point + `}` + "\n\x1e" + `{"type":"Feature","id":8,` + point + `}`,
			[]string{`"coordinates":[1,2] id=x`, `"coordinates":[1,2] id=8`}},
		{"z, and a fourth number", `{"type":"LineString","coordinates":[[1,2,3,4],[5,6]]}`, []string{`"coordinates":[[1,2,3],[5,6,0]]`}},
		{"collection of geometries", `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}`, []string{`"geometries":[{"type":"Point","coordinates":[1,2]}]`}},
		{"empty geometry", `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[]},"properties":{}}`, []string{`null`}},
		{"exact numbers", `{"type":"Point","coordinates":[106.123456789,-1.1e1]}`, []string{`"coordinates":[106.123456789,-11]`}},
		{"mixed values", `{"type":"FeatureCollection","features":[
			{"type":"Feature",` + point + `,"properties":{"n":1,"s":"x","d":"2024-01-02","t":"2024-01-02","j":{"k":[1]},"big":12345678901234567890}},
			{"type":"Feature",` + point + `,"properties":{"n":2.5,"s":3,"d":"2024-12-31","t":"2024-01-02T03:04:05+07:00","j":"y","new":null}}]}`,
			[]string{
				`"coordinates":[1,2] n=1 s=x d=2024-01-02 t=2024-01-02T00:00:00Z j={"k":[1]} big=1.2345678901234567e+19 new=-`,
				`"coordinates":[1,2] n=2.5 s=3 d=2024-12-31 t=2024-01-01T20:04:05Z j="y" big=- new=-`,
			}},
		{"escapes", `{"type":"Feature",` + point + `,"properties":{"T\u00ean":"\u0110\u1ea5t \ud83d\ude00\n"}}`, []string{`"coordinates":[1,2] Tên=Đất 😀`}},
		{"a damaged position is told in one line", `{"type":"Feature","geometry":{"type":"Point","coordinates":[[
				1,
				2]]},"properties":{}}`, []string{"error: the feature is damaged: [ 1, 2] in a position is no number"}},
		{"a geometry that is none", `{"type":"Feature","geometry":"x","properties":{}}`, []string{"error: the feature is damaged: another value stands where an object must be"}},
		{"damaged features", `{"type":"FeatureCollection","features":[null,{"type":"Feature","geometry":{"type":"Point","coordinates":"x"},"properties":{}},{"type":"Feature",` + point + `}]}`,
			[]string{"error: the feature is damaged: this is no GeoJSON feature", `error: the feature is damaged: the geometry has no "coordinates"`, `"coordinates":[1,2]`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src, err := openText(t.Context(), t, tc.give)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, read(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, give, want string }{
		{"cut in a feature", `{"type":"FeatureCollection","features":[{"type":"Fea`, "cut short"},
		{"cut between features", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null},`, "cut short"},
		{"no list", `{"type":"FeatureCollection","features":{}}`, "no array"},
		{"array", `[{"type":"Feature"}]`, "not GeoJSON"},
		{"topology", `{"type":"Topology"}`, "TopoJSON, not GeoJSON"},
		{"of ArcGIS", `{"geometryType":"esriGeometryPoint","features":[{"attributes":{},"geometry":{"x":1,"y":2}}]}`, "f=geojson"},
		{"rubbish between features", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}{}]}`, "between two features"},
	} {
		src, err := openText(t.Context(), t, tc.give)
		if err == nil {
			err = src.Read(t.Context(), func(*importers.Record) error { return nil })
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if e, ok := errors.AsType[*spatial.Error](err); !ok || strings.Contains(e.Message, "\n") {
			t.Errorf("%s: no message of one line: %v", tc.name, err)
		}
	}
}

func TestCRSMember(t *testing.T) {
	t.Parallel()
	src, err := openText(t.Context(), t, `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::9210"}},"features":[]}`)
	if err != nil {
		t.Fatal(err)
	}
	c, err := importers.ResolveCRS(t.Context(), src, 0)
	if err != nil || c.SRID != 9210 {
		t.Errorf("%+v, %v", c, err)
	}
}

// FuzzRead: no panic, and what is read is written as JSON again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"geometry":{"type":"Polygon","coordinates":[[[0,0,1],[1,0,1],[1,1,1],[0,0,1]]]},"properties":{"a":[1,{"b":"\ud800"}]}}]}`,
		"\x1e{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"MultiPoint\",\"coordinates\":[[1,2]]}]}\n",
		`{"type":"Feature","geometry":null,"properties":{"d":"2024-01-02T03:04:05Z","x":1e400}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src, err := openText(t.Context(), t, text)
		if err != nil {
			return
		}
		s := src.Schema()
		_ = src.Read(t.Context(), func(r *importers.Record) error {
			if r.Err != nil {
				return nil
			}
			g, err := geojson.AppendGeometry(nil, r.Geometry, 9)
			if err != nil || !json.Valid(g) {
				t.Errorf("%s: %v", g, err)
			}
			for i, v := range r.Values {
				if v.Valid && s.Fields[i].Type == spatial.FieldJSON && !json.Valid(v.Bytes) {
					t.Errorf("%q is no JSON", v.Bytes)
				}
			}
			return nil
		})
	})
}
