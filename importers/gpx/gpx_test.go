package gpx_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/gpx"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
	"gisd/spatial"
)

func layersOf(t testing.TB, path string) ([]importers.Layer, error) {
	t.Helper()
	return importertest.Layers(t, gpx.Format{}, path)
}

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.gpx")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// describe reads a layer as one line a record: its shape, then name=value.
func describe(t testing.TB, l importers.Layer) []string {
	t.Helper()
	src, err := l.Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.Schema()
	out := []string{fmt.Sprintf("%s %s %d", l.Name, s.GeometryType, s.Count)}
	err = src.Read(t.Context(), func(r *importers.Record) error {
		line := importertest.ShapeText(t, r.Geometry)
		if r.Err != nil {
			line = "ERROR " + r.Err.Reason.EN
		}
		for i, v := range r.Values {
			switch {
			case !v.Valid:
			case s.Fields[i].Type == spatial.FieldString, s.Fields[i].Type == spatial.FieldJSON:
				line += fmt.Sprintf(" %s=%s", s.Fields[i].Name, v.Bytes)
			case s.Fields[i].Type == spatial.FieldNumber:
				line += fmt.Sprintf(" %s=%v", s.Fields[i].Name, v.Float)
			default:
				line += fmt.Sprintf(" %s=%d", s.Fields[i].Name, v.Int)
			}
		}
		for _, e := range r.Lost {
			line += " LOST " + e.Field
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLayers(t *testing.T) {
	t.Parallel()
	layers, err := layersOf(t, write(t, `<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="x">
<metadata><name>not a feature</name></metadata>
<wpt lat="10.5" lon="106.5"><ele>2.5</ele><time>2000-01-01T07:00:01+07:00</time><name> Chợ </name><sat>many</sat><link href="u"><text>t</text></link><link href="v"/></wpt>
<wpt lat="x" lon="1"/>
<rte><name>r</name><number>7</number><rtept lat="1" lon="2"/><rtept lat="3" lon="4"><name>p</name></rtept></rte>
<rte><name>empty</name></rte>
<trk><extensions><x:hr>5</x:hr><x:a><x:b>y</x:b></x:a></extensions>
<trkseg><trkpt lat="1" lon="2"><ele>1</ele><speed>3</speed><x:own>1</x:own></trkpt><trkpt lat="3" lon="4"/></trkseg><trkseg/><trkseg><trkpt lat="5" lon="6"/></trkseg></trk>
<trk><trkseg><trkpt lat="1" lon="q"/></trkseg></trk>
</gpx>junk`))
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, l := range layers {
		got = append(got, describe(t, l))
	}
	want := [][]string{
		{"waypoints Point 2", "POINT (106.5 10.5) ele=2.5 time=1000000 name=Chợ link1_href=u link1_text=t link2_href=v LOST sat", `ERROR the geometry is damaged: lat "x" is no number`},
		{"routes LineString 2", "LINESTRING (2 1, 4 3) name=r number=7", " name=empty"},
		{"tracks MultiLineString 2", `MULTILINESTRING ((2 1, 4 3), (6 5)) extensions={"hr":5,"a":{"b":"y"}}`, `ERROR the geometry is damaged: lon "q" is no number`},
		{"route_points Point 2", "POINT (2 1) route_fid=0 route_point_id=0", "POINT (4 3) route_fid=0 route_point_id=1 name=p"},
		{"track_points Point 4", `POINT (2 1) track_fid=0 track_seg_id=0 track_seg_point_id=0 ele=1 speed=3 extensions={"own":1}`,
			"POINT (4 3) track_fid=0 track_seg_id=0 track_seg_point_id=1", "POINT (6 5) track_fid=0 track_seg_id=2 track_seg_point_id=0",
			`ERROR the geometry is damaged: lon "q" is no number track_fid=1 track_seg_id=0 track_seg_point_id=0`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, doc, want string }{
		{"nothing in it", "<gpx><metadata/></gpx>", "holds no waypoints"},
		{"cut short", `<gpx><wpt lat="1" lon="2">`, "cut short"},
		{"laughs", `<!DOCTYPE gpx [<!ENTITY a "lol">]><gpx><wpt/></gpx>`, "entity definitions"},
		{"extensions without end", `<gpx><wpt lat="1" lon="2"><extensions>` + strings.Repeat("<a/>", 60_000), "too many elements"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := layersOf(t, write(t, tc.doc))
			if e, ok := errors.AsType[*spatial.Error](err); !ok || !strings.Contains(e.Message, tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

// TestCorpus compares layers and counts with what GDAL sees.
func TestCorpus(t *testing.T) {
	t.Parallel()
	opened, all := map[string]map[string]int64{}, 0
	for _, e := range importertest.Corpus(t) {
		if e.Driver != "GPX" {
			continue
		}
		all++
		found := opened[e.Path]
		if found == nil {
			found = map[string]int64{}
			layers, err := layersOf(t, e.File)
			if err != nil {
				t.Errorf("%s: %v", e.Path, err)
			}
			for _, l := range layers {
				lines := describe(t, l)
				found[l.Name] = int64(len(lines) - 1)
			}
			opened[e.Path] = found
		}
		if got := strconv.FormatInt(found[e.Layer], 10); got != e.Count {
			t.Errorf("%s %s: %s, GDAL has %s", e.Base(), e.Layer, got, e.Count)
		}
	}
	if all < 100 {
		t.Errorf("the corpus lists %d layers", all)
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	layers, err := layersOf(t, testdata.Shared(t, "corpus/import/togeojson/test/data/blue_hills.gpx"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			importertest.Source(t, func(t *testing.T) importers.Source {
				src, err := l.Open(t.Context(), importers.SourceOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return src
			})
		})
	}
}

func FuzzGPX(f *testing.F) {
	f.Add(`<gpx><wpt lat="1" lon="2"><ele>3</ele><time>2020-01-01T00:00:00Z</time><link href="x"><text>t</text></link><extensions><a>1</a><a>2</a></extensions></wpt></gpx>`)
	f.Add(`<?xml version="1.0" encoding="windows-1258"?><gpx version="1.0"><rte><name>r</name><rtept lat="1" lon="2"/></rte><trk><number>1</number><trkseg><trkpt lat="1" lon="2"/><trkpt lat="3" lon="4"/></trkseg><trkseg/></trk></gpx>`)
	path := filepath.Join(f.TempDir(), "a.gpx")
	f.Fuzz(func(t *testing.T, doc string) {
		if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		layers, err := layersOf(t, path)
		if err != nil {
			return
		}
		for _, l := range layers {
			describe(t, l)
		}
	})
}
