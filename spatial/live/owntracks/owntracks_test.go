package owntracks_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live"
	"gisd/spatial/live/owntracks"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestDecode(t *testing.T) {
	t.Parallel()
	full := live.Position{Lon: 106.65, Lat: 10.98, Time: time.Unix(1772366000, 0).UTC(), SpeedKMH: live.Known(40), BearingDegrees: live.Known(90),
		AccuracyMeters: live.Known(12), Attributes: json.RawMessage(`{"altitude":25,"battery":87,"connection":"m","pressure":100.2,"tracker":"b1","trigger":"u"}`)}
	for _, test := range []struct {
		name, give string
		located    bool
		want       live.Position
		faults     []string
	}{
		{name: "all", give: `{"_type":"location","tst":1772366000,"lat":10.98,"lon":106.65,"acc":12,"alt":25,"vel":40,"cog":90,"batt":87,"tid":"b1","t":"u","p":100.2,"conn":"m","inregions":["a"]}`, located: true, want: full},
		{name: "least", give: `{"_type":"location","lat":1,"lon":2,"vel":-1}`, located: true, want: live.Position{Lon: 2, Lat: 1, Time: now}},
		{name: "no coordinates", give: `{"_type":"location","tst":1}`, located: true, faults: []string{"lat", "lon"}},
		{name: "bad time", give: `{"_type":"location","lat":1,"lon":2,"tst":-5}`, located: true, faults: []string{"tst"}},
		{name: "transition", give: `{"_type":"transition","lat":1,"lon":2,"event":"enter"}`},
		{name: "last will", give: `{"_type":"lwt","tst":1}`},
		{name: "no type", give: `{"lat":1}`, faults: []string{"_type"}},
		{name: "no object", give: `[]`, faults: []string{""}},
		{name: "a text for a number", give: `{"_type":"location","lat":"1","lon":2}`, faults: []string{""}},
	} {
		fix, located, faults := owntracks.Decode([]byte(test.give), now)
		var names []string
		for _, f := range faults {
			names = append(names, f.Name)
		}
		if diff := cmp.Diff(test.faults, names); diff != "" || located != test.located {
			t.Errorf("%s: located %v, faults (-want +got):\n%s", test.name, located, diff)
		}
		if len(faults) == 0 && test.located {
			if diff := cmp.Diff(test.want, fix.Position); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
	}
}

func TestIdentityOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ user, device, want string }{
		{"an", "phone", "owntracks:an:phone"}, {"an", "", "owntracks:an"}, {"", "phone", ""}, {"", "", ""}, {"a n", "x", ""},
	} {
		if got := owntracks.IdentityOf(test.user, test.device); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"_type":"location","tst":1772366000,"lat":10.98,"lon":106.65,"acc":12,"vel":40,"tid":"b1"}`))
	f.Add([]byte(`{"_type":"lwt","tst":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		fix, located, _ := owntracks.Decode(text, now)
		if !located && fix.Position.Attributes != nil || fix.Position.SpeedKMH.Value < 0 {
			t.Fatalf("%+v", fix)
		}
	})
}
