package track_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/track"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// at is a fix so many seconds after noon.
func at(seconds int) live.Position {
	return live.Position{Device: "b", Lon: 106.5 + float64(seconds)/1e5, Lat: 11, Time: noon.Add(time.Duration(seconds) * time.Second)}
}

func fixesAt(seconds ...int) []live.Position {
	list := make([]live.Position, len(seconds))
	for i, s := range seconds {
		list[i] = at(s)
	}
	return list
}

// given yields the list, and then the error where there is one.
func given(list []live.Position, err error) iter.Seq2[live.Position, error] {
	return func(yield func(live.Position, error) bool) {
		for _, p := range list {
			if !yield(p, nil) {
				return
			}
		}
		if err != nil {
			yield(live.Position{}, err)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, test := range []struct {
		name string
		in   []live.Position
		o    track.Options
		err  error
		want string // seconds after noon; + before a part that continues
	}{
		{name: "nothing"},
		{name: "one", in: fixesAt(1), want: "[1]"},
		{name: "a gap is longer than what it says", in: fixesAt(0, 600, 1201, 1300), want: "[0 600] [1201 1300]"},
		{name: "gap of one's own", in: fixesAt(0, 10, 30), o: track.Options{Gap: 10 * time.Second}, want: "[0 10] [30]"},
		{name: "full", in: fixesAt(1, 2, 3, 4, 5, 6), o: track.Options{MaxFixes: 3}, want: "[1 2 3] +[3 4 5] +[5 6]"},
		{name: "full at the end", in: fixesAt(1, 2, 3, 4, 5), o: track.Options{MaxFixes: 3}, want: "[1 2 3] +[3 4 5]"},
		{name: "full, and then silence", in: fixesAt(1, 2, 3, 4, 5, 1000, 1001), o: track.Options{MaxFixes: 3}, want: "[1 2 3] +[3 4 5] [1000 1001]"},
		{name: "an error tells what came before", in: fixesAt(1, 2), err: broken, want: "[1 2] broken"},
		{name: "an error at once", err: broken, want: "broken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for part, err := range track.Parts(given(test.in, test.err), test.o) {
				if err != nil {
					got = append(got, err.Error())
					continue
				}
				var seconds []int
				for _, f := range part.Fixes {
					seconds = append(seconds, int(f.Time.Sub(noon).Seconds()))
				}
				got = append(got, strings.Repeat("+", len(part.Fixes)-len(part.New()))+fmt.Sprint(seconds))
			}
			if all := strings.Join(got, " "); all != test.want {
				t.Errorf("got %s, want %s", all, test.want)
			}
		})
	}
}

// wander is a random walk with stops.
func wander(r *rand.Rand, n int) []live.Position {
	list := make([]live.Position, n)
	p := live.Position{Device: "b", Lon: 106.6, Lat: 11, Time: noon}
	for i := range list {
		p.Time = p.Time.Add(time.Duration(1+r.IntN(30)) * time.Second)
		if r.IntN(4) > 0 {
			p.Lon += (r.Float64() - 0.4) / 500
			p.Lat += (r.Float64() - 0.4) / 500
		}
		list[i] = p
	}
	return list
}

// What is left out lies within the tolerance of where the others put the device, ends
// stay, and what is kept is as it was.
func TestSimplifyKeepsWithin(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	left := 0
	for range 200 {
		all := wander(r, 1+r.IntN(200))
		tolerance := r.Float64() * 200
		kept := track.Simplify(slices.Clone(all), tolerance)
		left += len(all) - len(kept)
		if !kept[0].Time.Equal(all[0].Time) || !kept[len(kept)-1].Time.Equal(all[len(all)-1].Time) {
			t.Fatal("an end is gone")
		}
		next := 0
		for _, p := range all {
			if kept[next].Time.Equal(p.Time) {
				if kept[next].Lon != p.Lon || kept[next].Lat != p.Lat {
					t.Fatalf("%v is not %v", kept[next], p)
				}
				next++
				continue
			}
			a, b := kept[next-1], kept[next]
			part := float64(p.Time.Sub(a.Time)) / float64(b.Time.Sub(a.Time))
			if away := fence.Meters(p.Lon, p.Lat, a.Lon+part*(b.Lon-a.Lon), a.Lat+part*(b.Lat-a.Lat)); away > tolerance+1e-6 {
				t.Fatalf("%g m away, of %g", away, tolerance)
			}
		}
		if next != len(kept) {
			t.Fatalf("%d of %d are none of the fixes", len(kept)-next, len(kept))
		}
	}
	if left < 5000 {
		t.Errorf("only %d were left out", left)
	}
	if got := track.Simplify(wander(r, 50), 0); len(got) != 50 {
		t.Errorf("0 m leave %d of 50", len(got))
	}
}

func written(t *testing.T, w track.Writer, list []live.Position, o track.Options) {
	t.Helper()
	for part, err := range track.Parts(given(list, nil), o) {
		if err == nil {
			err = w.Part(part)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWriters(t *testing.T) {
	t.Parallel()
	device := &live.Device{ID: "b", Kind: live.KindBus, Name: `Xe "1" <&>`}
	list := fixesAt(0, 10, 20, 5000)
	list[1].SpeedKMH, list[1].BearingDegrees, list[1].AccuracyMeters = live.Known(36), live.Known(359.5), live.Known(5)
	list[1].Flags, list[1].Attributes = live.FlagSpeed|live.FlagHeld, json.RawMessage(`{"door":"open, wide"}`)
	o := track.Options{MaxFixes: 2}

	var gpx strings.Builder
	written(t, track.NewGPX(&gpx, device), list, o)
	var read struct {
		XMLName xml.Name `xml:"http://www.topografix.com/GPX/1/1 gpx"`
		Version string   `xml:"version,attr"`
		Name    string   `xml:"trk>name"`
		Parts   []struct {
			Points []struct {
				Lat    float64 `xml:"lat,attr"`
				Lon    float64 `xml:"lon,attr"`
				Time   string  `xml:"time"`
				Speed  string  `xml:"extensions>TrackPointExtension>speed"`
				Course string  `xml:"extensions>TrackPointExtension>course"`
			} `xml:"trkpt"`
		} `xml:"trk>trkseg"`
	}
	if err := xml.Unmarshal([]byte(gpx.String()), &read); err != nil {
		t.Fatalf("%v in %s", err, gpx.String())
	}
	if read.Version != "1.1" || read.Name != device.Name || len(read.Parts) != 2 || len(read.Parts[0].Points) != 3 || len(read.Parts[1].Points) != 1 {
		t.Fatalf("%+v", read)
	}
	if p := read.Parts[0].Points[1]; p.Lon != 106.5001 || p.Lat != 11 || p.Time != "2026-01-02T12:00:10Z" || p.Speed != "10" || p.Course != "359.5" {
		t.Errorf("%+v", p)
	}

	var lines strings.Builder
	written(t, track.NewCSV(&lines), list, o)
	want := "device,time,lon,lat,speed,bearing,accuracy,flags,attributes\n" +
		"b,2026-01-02T12:00:00Z,106.5,11,,,,,\n" +
		"b,2026-01-02T12:00:10Z,106.5001,11,36,359.5,5,speed held,\"{\"\"door\"\":\"\"open, wide\"\"}\"\n" +
		"b,2026-01-02T12:00:20Z,106.5002,11,,,,,\n" +
		"b,2026-01-02T13:23:20Z,106.55,11,,,,,\n"
	if diff := cmp.Diff(want, lines.String()); diff != "" {
		t.Error(diff)
	}

	var geo strings.Builder
	written(t, track.NewGeoJSON(&geo, device), list, o)
	want = `{"type":"FeatureCollection","features":[` +
		`{"type":"Feature","geometry":{"type":"LineString","coordinates":[[106.5,11],[106.5001,11]]},"properties":{"device":"b","begin":"2026-01-02T12:00:00Z","end":"2026-01-02T12:00:10Z","continues":false,"coordinateProperties":{"times":["2026-01-02T12:00:00Z","2026-01-02T12:00:10Z"],"speeds":[null,36]}}},` +
		`{"type":"Feature","geometry":{"type":"LineString","coordinates":[[106.5001,11],[106.5002,11]]},"properties":{"device":"b","begin":"2026-01-02T12:00:10Z","end":"2026-01-02T12:00:20Z","continues":true,"coordinateProperties":{"times":["2026-01-02T12:00:10Z","2026-01-02T12:00:20Z"],"speeds":[36,null]}}},` +
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[106.55,11]},"properties":{"device":"b","begin":"2026-01-02T13:23:20Z","end":"2026-01-02T13:23:20Z","continues":false,"coordinateProperties":{"times":["2026-01-02T13:23:20Z"],"speeds":[null]}}}` +
		"]}\n"
	if diff := cmp.Diff(want, geo.String()); diff != "" {
		t.Error(diff)
	}
}
