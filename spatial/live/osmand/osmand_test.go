package osmand_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/osmand"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func names(faults []spatial.FieldError) (all []string) {
	for _, f := range faults {
		all = append(all, f.Name)
	}
	return all
}

func TestDecodeQuery(t *testing.T) {
	t.Parallel()
	noon := live.Position{Lon: 106.65, Lat: 10.98, Time: now}
	with := func(change func(*live.Position)) live.Position {
		p := noon
		change(&p)
		return p
	}
	for _, test := range []struct {
		name, give string
		identity   string
		want       live.Position
		faults     []string
	}{
		{name: "least", give: "id=123456&lat=10.98&lon=106.65", identity: "osmand:123456", want: noon},
		{name: "all of Traccar Client", give: "deviceid=bus-12&location=10.98,106.65&timestamp=1772366400&speed=10&heading=90&altitude=25.5&accuracy=4.2&batt=87.5&charge=true&driverUniqueId=61B&hdop=0.9&key=gisd_secret",
			identity: "osmand:bus-12", want: with(func(p *live.Position) {
				p.SpeedKMH, p.BearingDegrees, p.AccuracyMeters = live.Known(18.52), live.Known(90), live.Known(4.2)
				p.Attributes = json.RawMessage(`{"altitude":25.5,"battery":87.5,"charge":true,"driverUniqueId":"61B","hdop":0.9}`)
			})},
		{name: "milliseconds", give: "lat=10.98&lon=106.65&timestamp=1772366400500", want: with(func(p *live.Position) { p.Time = now.Add(500 * time.Millisecond) })},
		{name: "ISO 8601", give: "lat=10.98&lon=106.65&timestamp=2026-03-01T19:00:00%2B07:00", want: noon},
		{name: "ISO 8601 without a zone", give: "lat=10.98&lon=106.65&timestamp=2026-03-01+12:00:00", want: noon},
		{name: "unknown as -1 and NaN", give: "lat=10.98&lon=106.65&speed=-1&bearing=NaN&accuracy=", want: noon},
		{name: "nothing", give: "", faults: []string{"lat", "lon"}},
		{name: "half a location", give: "location=10.98", faults: []string{"location"}},
		{name: "all wrong", give: "id=a%20b&lat=x&lon=inf&timestamp=then&speed=fast", faults: []string{"id", "lat", "lon", "timestamp", "speed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			q, err := url.ParseQuery(test.give)
			if err != nil {
				t.Fatal(err)
			}
			fix, faults := osmand.DecodeQuery(q, now)
			if diff := cmp.Diff(test.faults, names(faults)); diff != "" {
				t.Fatalf("faults (-want +got):\n%s", diff)
			}
			if len(faults) == 0 {
				if diff := cmp.Diff(live.Fix{Identity: test.identity, Position: test.want}, fix); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	const full = `{"device_id":"123456","location":{"timestamp":"2026-03-01T12:00:00.000Z","coords":{"latitude":10.98,"longitude":106.65,
		"accuracy":4.8,"speed":10,"heading":-1,"altitude":25},"is_moving":true,"odometer":1200.5,"event":"motionchange",
		"battery":{"level":0.5,"is_charging":false},"activity":{"type":"in_vehicle"},"extras":{"route":"61-03"}}}`
	fix, faults := osmand.DecodeJSON([]byte(full), now.Add(time.Hour))
	want := live.Fix{Identity: "osmand:123456", Position: live.Position{Lon: 106.65, Lat: 10.98, Time: now, SpeedKMH: live.Known(36), AccuracyMeters: live.Known(4.8),
		Attributes: json.RawMessage(`{"activity":"in_vehicle","altitude":25,"battery":50,"charge":false,"event":"motionchange","moving":true,"odometer":1200.5,"route":"61-03"}`)}}
	if diff := cmp.Diff(want, fix); diff != "" || len(faults) > 0 {
		t.Errorf("%v (-want +got):\n%s", faults, diff)
	}
	for _, test := range []struct {
		give   string
		faults []string
	}{
		{`{"device_id":7,"location":{"timestamp":1772366400,"coords":{"latitude":1,"longitude":2}}}`, nil},
		{`{"device_id":"a b","location":{"timestamp":"then","coords":{"latitude":1,"longitude":2}}}`, []string{"device_id", "timestamp"}},
		{`{"location":{"coords":{"latitude":1}}}`, []string{"location"}},
		{`{"location":[]}`, []string{""}},
		{`[]`, []string{""}},
		{`{`, []string{""}},
	} {
		if _, faults := osmand.DecodeJSON([]byte(test.give), now); !cmp.Equal(test.faults, names(faults)) {
			t.Errorf("%s: %v, want %v", test.give, faults, test.faults)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("id=123456&lat=10.98&lon=106.65&timestamp=1772366400&speed=10&batt=87.5&note=x")
	f.Add(`{"device_id":"1","location":{"timestamp":"2026-03-01T12:00:00Z","coords":{"latitude":10.98,"longitude":106.65,"speed":1},"extras":{"a":[1,{"b":null}]}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if q, err := url.ParseQuery(text); err == nil {
			check(t, osmand.DecodeQuery, q)
		}
		check(t, osmand.DecodeJSON, []byte(text))
	})
}

func check[T any](t *testing.T, decode func(T, time.Time) (live.Fix, []spatial.FieldError), give T) {
	fix, faults := decode(give, now)
	if len(faults) > 0 {
		return
	}
	if p := fix.Position; p.SpeedKMH.Value < 0 || len(p.Attributes) > 4096 || len(p.Attributes) > 0 && !json.Valid(p.Attributes) {
		t.Fatalf("%+v", fix)
	}
}
