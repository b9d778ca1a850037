package gtfsrt_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/gtfsrt"
)

var now = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

// TestFeedOfAnotherEncoder reads a feed of Google's Python bindings
// (scripts/live-vectors.py).
func TestFeedOfAnotherEncoder(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/feed.pb")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/feed.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		ID              string
		Lon, Lat        float64
		SpeedKMH        *float64 `json:"speedKmh"`
		Bearing         *float64
		Time            int64
		TripID, RouteID string
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	fixes, err := gtfsrt.Decode(body, now)
	if err != nil || len(fixes) != len(want) || len(want) < 15 {
		t.Fatalf("%d fixes, want %d: %v", len(fixes), len(want), err)
	}
	for i, w := range want {
		p := fixes[i].Position
		if fixes[i].Identity != "gtfs:"+w.ID || math.Abs(p.Lon-w.Lon) > 1e-5 || math.Abs(p.Lat-w.Lat) > 1e-5 {
			t.Errorf("%d: %s at %v %v, want %+v", i, fixes[i].Identity, p.Lon, p.Lat, w)
		}
		if p.SpeedKMH.Known != (w.SpeedKMH != nil) || w.SpeedKMH != nil && math.Abs(p.SpeedKMH.Value-*w.SpeedKMH) > 0.01 {
			t.Errorf("%d: speed %+v", i, p.SpeedKMH)
		}
		if p.BearingDegrees.Known != (w.Bearing != nil) || w.Bearing != nil && p.BearingDegrees.Value != *w.Bearing {
			t.Errorf("%d: bearing %+v", i, p.BearingDegrees)
		}
		at := time.Unix(1_777_000_000, 0) // the feed's
		if w.Time != 0 {
			at = time.Unix(w.Time, 0)
		}
		if !p.Time.Equal(at) {
			t.Errorf("%d: at %v, want %v", i, p.Time, at)
		}
		var told struct{ TripID, RouteID string }
		if len(p.Attributes) > 0 {
			if err := json.Unmarshal(p.Attributes, &told); err != nil {
				t.Fatal(err)
			}
		}
		if told.TripID != w.TripID || told.RouteID != w.RouteID {
			t.Errorf("%d: attributes %s", i, p.Attributes)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	give := live.Position{Lon: 106.65, Lat: 10.98, Time: now, SpeedKMH: live.Known(36), BearingDegrees: live.Known(90),
		Attributes: json.RawMessage(`{"tripId":"t1","routeId":"61-03","plate":"61B-012.34","door":true}`)}
	sightings := []live.Sighting{{Device: &live.Device{ID: "bus-12", Kind: live.KindBus, Name: "Xe buýt 12"}, Position: give},
		{Device: &live.Device{ID: "bus-13"}, Position: live.Position{Lon: -1, Lat: -2, Time: now, Attributes: json.RawMessage(`{"tripId":7}`)}}}
	body, err := gtfsrt.Encode(sightings, now)
	if err != nil {
		t.Fatal(err)
	}
	fixes, err := gtfsrt.Decode(body, now)
	if err != nil || len(fixes) != 2 {
		t.Fatalf("%d fixes: %v", len(fixes), err)
	}
	want := live.Fix{Identity: "gtfs:bus-12", Position: give}
	want.Position.Attributes = json.RawMessage(`{"label":"Xe buýt 12","plate":"61B-012.34","routeId":"61-03","tripId":"t1"}`)
	if diff := cmp.Diff(want, fixes[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := fixes[1].Position; p.SpeedKMH.Known || p.BearingDegrees.Known || p.Attributes != nil {
		t.Errorf("what is unknown came back: %+v", p)
	}
}

func TestNoFeed(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "GET / HTTP/1.1"} {
		fixes, err := gtfsrt.Decode([]byte(body), now)
		if code := spatial.CodeOf(err); code != spatial.CodeInvalid || fixes != nil {
			t.Errorf("%q: %d fixes, %v", body, len(fixes), err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	body, err := os.ReadFile("testdata/feed.pb")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		fixes, err := gtfsrt.Decode(body, now)
		if err != nil && fixes != nil || len(fixes) > len(body) {
			t.Fatalf("%d fixes of %d bytes: %v", len(fixes), len(body), err)
		}
	})
}
