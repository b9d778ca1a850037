package live_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func names(faults []spatial.FieldError) []string {
	got := make([]string, len(faults))
	for i, f := range faults {
		got[i] = f.Name
	}
	slices.Sort(got)
	return got
}

func TestDecodePosition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string // members at fault
	}{
		{"full", `{"device":"bus-12","lon":106.65,"lat":10.98,"time":"2026-03-01T11:59:00Z","speed":40.5,"bearing":90,"accuracy":5,"attributes":{"door":"open"}}`, nil},
		{"least", `{"device":"b","lon":180,"lat":-90}`, nil},
		{"other zone", `{"device":"b","lon":1,"lat":2,"time":"2026-03-01T19:00:00+07:00"}`, nil},
		{"nulls are absent", `{"device":"b","lon":1,"lat":2,"speed":null,"attributes":null}`, nil},
		{"latitude 95", `{"device":"b","lon":106,"lat":95}`, []string{"lat"}},
		{"all at once", `{"device":"","lon":181,"lat":95,"speed":-1,"bearing":361,"accuracy":-2}`, []string{"accuracy", "bearing", "device", "lat", "lon", "speed"}},
		{"nothing", `{}`, []string{"device", "lat", "lon"}},
		{"wrong types", `{"device":7,"lon":"106","lat":10,"time":"noon"}`, []string{"device", "lon", "time"}},
		{"a number beyond float64", `{"device":"b","lon":1e999,"lat":10}`, []string{"lon"}},
		{"six minutes ahead", `{"device":"b","lon":1,"lat":2,"time":"2026-03-01T12:06:00Z"}`, []string{"time"}},
		{"four minutes ahead", `{"device":"b","lon":1,"lat":2,"time":"2026-03-01T12:04:00Z"}`, nil},
		{"a year late", `{"device":"b","lon":1,"lat":2,"time":"2025-03-01T12:00:00Z"}`, []string{"time"}},
		{"unknown member", `{"device":"b","lon":1,"lat":2,"hdop":1}`, []string{"hdop"}},
		{"attributes no object", `{"device":"b","lon":1,"lat":2,"attributes":[1]}`, []string{"attributes"}},
		{"attributes with NUL", `{"device":"b","lon":1,"lat":2,"attributes":{"a":"\u0000"}}`, []string{"attributes"}},
		{"attributes with an escaped backslash", `{"device":"b","lon":1,"lat":2,"attributes":{"a":"\\u0000"}}`, nil},
		{"attributes with half a pair", `{"device":"b","lon":1,"lat":2,"attributes":{"a":"\ud83d"}}`, []string{"attributes"}},
		{"attributes with a pair", `{"device":"b","lon":1,"lat":2,"attributes":{"a":"\ud83d\ude00"}}`, nil},
		{"attributes with a huge number", `{"device":"b","lon":1,"lat":2,"attributes":{"a":1e999999}}`, []string{"attributes"}},
		{"attributes too long", `{"device":"b","lon":1,"lat":2,"attributes":{"a":"` + strings.Repeat("x", 5000) + `"}}`, []string{"attributes"}},
		{"no object", `[1]`, []string{""}},
		{"null", `null`, []string{""}},
		{"two objects", `{"device":"b","lon":1,"lat":2}{}`, []string{""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, faults := live.DecodePosition([]byte(test.text), noon, live.Limits{})
			if diff := cmp.Diff(append([]string{}, test.want...), names(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s%v", diff, faults)
			}
		})
	}
}

func TestDecodePositionValues(t *testing.T) {
	t.Parallel()
	const text = `{"device":"bus-12","lon":106.65,"lat":10.98,"time":"2026-03-01T18:59:00.1234567+07:00","speed":0,"bearing":360,"attributes": {"a" : 1}}`
	got, faults := live.DecodePosition([]byte(text), noon, live.Limits{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := live.Position{
		Device: "bus-12", Lon: 106.65, Lat: 10.98,
		Time:       time.Date(2026, 3, 1, 11, 59, 0, 123456000, time.UTC),
		ReceivedAt: noon, SpeedKMH: live.Known(0), BearingDegrees: live.Known(0),
		Attributes: []byte(`{"a":1}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	const wire = `{"device":"bus-12","lon":106.65,"lat":10.98,"time":"2026-03-01T11:59:00.123456Z","speed":0,"bearing":0,"attributes":{"a":1}}`
	if diff := cmp.Diff(wire, string(got.AppendJSON(nil))); diff != "" {
		t.Errorf("on the wire (-want +got):\n%s", diff)
	}
}

func TestValidateNotFinite(t *testing.T) {
	t.Parallel()
	p := live.Position{Device: "b", Lon: math.NaN(), Lat: math.Inf(1), Time: noon, SpeedKMH: live.Known(math.NaN())}
	err := p.Validate(noon, live.Limits{})
	if spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Fatalf("got %v", err)
	}
	for _, name := range []string{"lon", "lat", "speed"} {
		if !strings.Contains(err.Error(), name+": wants") {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

func TestDecodeBatches(t *testing.T) {
	t.Parallel()
	const good, bad = `{"device":"b","lon":1,"lat":2}`, `{"device":"b","lon":1,"lat":95}`
	few := live.Limits{Rows: 2}
	lines := func(text string) ([]live.Row, error) { return live.DecodeLines(strings.NewReader(text), noon, few) }
	array := func(text string) ([]live.Row, error) {
		rows, _, err := live.DecodeJSON(strings.NewReader(text), noon, few)
		return rows, err
	}
	for _, test := range []struct {
		name   string
		decode func(string) ([]live.Row, error)
		text   string
		good   int
		bad    []int // row numbers
		code   spatial.Code
	}{
		{"one", array, good, 1, nil, ""},
		{"array", array, "[" + good + "," + bad + "]", 1, []int{2}, ""},
		{"empty array", array, " []", 0, nil, ""},
		{"too many in an array", array, "[" + good + "," + good + "," + good + "]", 0, nil, spatial.CodeTooLarge},
		{"truncated", array, "[" + good, 0, nil, spatial.CodeInvalid},
		{"truncated inside", array, good[:10], 0, nil, spatial.CodeInvalid},
		{"no JSON", array, "lat=1", 0, nil, spatial.CodeInvalid},
		{"more behind", array, good + good, 0, nil, spatial.CodeInvalid},
		{"nothing", array, "", 0, nil, spatial.CodeInvalid},
		{"lines", lines, good + "\n\n" + bad + "\n", 1, []int{3}, ""},
		{"a line cut off", lines, good + "\n" + good[:9], 1, []int{2}, ""},
		{"too many lines", lines, strings.Repeat(good+"\n", 3), 0, nil, spatial.CodeTooLarge},
		{"a long line", lines, strings.Repeat("x", 70_000), 0, nil, spatial.CodeTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rows, err := test.decode(test.text)
			if got := spatial.CodeOf(err); got != test.code {
				t.Fatalf("got code %q (%v), want %q", got, err, test.code)
			}
			if err != nil {
				return
			}
			var bad []int
			ok := 0
			for _, r := range rows {
				if len(r.Faults) > 0 {
					bad = append(bad, r.Number)
				} else {
					ok++
				}
			}
			if ok != test.good || !slices.Equal(bad, test.bad) {
				t.Errorf("got %d good and %v bad, want %d and %v", ok, bad, test.good, test.bad)
			}
		})
	}
}

// FuzzDecodePosition: no text panics, and what is accepted survives the way
// out and in again.
func FuzzDecodePosition(f *testing.F) {
	f.Add(`{"device":"bus-12","lon":106.65,"lat":10.98,"time":"2026-03-01T11:59:00Z","speed":40.5,"bearing":90,"accuracy":5,"attributes":{"door":"open"}}`)
	f.Add(`{"device":"b","lon":1e-300,"lat":-0,"attributes":{"\ud800":[{}]}}`)
	f.Add(`{"device":"b","lon":"1","LAT":2}`)
	f.Add(`{"lon":{}}{`)
	f.Add("{\"device\":\"b\",\"lon\":1,\"lat\":2,\"attributes\":{\"a\":\"\xff\"}}")
	f.Fuzz(func(t *testing.T, text string) {
		p, faults := live.DecodePosition([]byte(text), noon, live.Limits{})
		if len(faults) > 0 {
			return
		}
		if err := p.Validate(noon, live.Limits{}); err != nil {
			t.Fatalf("accepted, yet: %v", err)
		}
		wire := p.AppendJSON(nil)
		again, faults := live.DecodePosition(wire, noon, live.Limits{})
		if len(faults) > 0 {
			t.Fatalf("%s: %v", wire, faults)
		}
		if second := again.AppendJSON(nil); string(second) != string(wire) {
			t.Fatalf("%s became %s", wire, second)
		}
	})
}
