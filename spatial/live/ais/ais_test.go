package ais_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"gisd/spatial/live/ais"
	"gisd/spatial/live/nmea"
)

var noon = time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)

func parse(t testing.TB, line string) nmea.Sentence {
	t.Helper()
	s, err := nmea.Parse([]byte(line))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return s
}

// want is what pyais reads; scripts/live-vectors.py writes it.
type want struct {
	Type        int `json:"msg_type"`
	MMSI        uint32
	Lon, Lat    *float64
	Speed       float64
	Course      float64
	Heading     float64
	Second      int
	Accuracy    int
	Status      *int
	Shipname    string
	Callsign    string
	Destination string
	ShipType    int `json:"ship_type"`
	IMO         uint32
	Draught     float64
	ToBow       int `json:"to_bow"`
	ToStern     int `json:"to_stern"`
	ToPort      int `json:"to_port"`
	ToStarboard int `json:"to_starboard"`
}

// agrees reports where a message differs from what pyais reads.
func (w *want) agrees(m ais.Message) error {
	if m.Type != w.Type || m.MMSI != w.MMSI || (m.Position != nil) != (w.Lon != nil) {
		return fmt.Errorf("%+v", m)
	}
	if p := m.Position; p != nil {
		known := func(got *float64, value, unknown float64) bool {
			return got == nil && value >= unknown || got != nil && value < unknown && math.Abs(*got-value) < 1e-9
		}
		switch {
		case math.Abs(p.Lon-*w.Lon) > 1e-6 || math.Abs(p.Lat-*w.Lat) > 1e-6:
			return fmt.Errorf("at %v %v", p.Lon, p.Lat)
		case !known(p.SpeedKnots, w.Speed, 102.3), !known(p.Course, w.Course, 360), !known(p.Heading, w.Heading, 360):
			return fmt.Errorf("speed, course or heading of %+v", p)
		case p.SecondOfUTC != w.Second, p.High != (w.Accuracy == 1):
			return fmt.Errorf("second or accuracy of %+v", p)
		case (p.Status != nil) != (w.Status != nil) || p.Status != nil && *p.Status != *w.Status:
			return fmt.Errorf("status of %+v", p)
		}
		return nil
	}
	got := *m.Static
	told := ais.Static{Name: w.Shipname, CallSign: w.Callsign, Destination: w.Destination, IMO: w.IMO, ShipType: w.ShipType,
		LengthMeters: w.ToBow + w.ToStern, BeamMeters: w.ToPort + w.ToStarboard, DraughtMeters: w.Draught}
	if got != told {
		return fmt.Errorf("%+v, want %+v", got, told)
	}
	return nil
}

// TestAgreesWithPyais: messages that were heard, and random ones of another encoder,
// read as another decoder reads them.
func TestAgreesWithPyais(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[int]int{}
	for line := range bytes.Lines(text) {
		var v struct {
			Sentences []string
			Want      want
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		var a ais.Assembler
		for i, sentence := range v.Sentences {
			m, ok := a.Take(parse(t, sentence), noon)
			if ok != (i == len(v.Sentences)-1) {
				t.Fatalf("%v: whole after %d sentences: %v", v.Sentences, i+1, ok)
			}
			if !ok {
				continue
			}
			kinds[m.Type]++
			if err := v.Want.agrees(m); err != nil {
				t.Errorf("%v: %v", v.Sentences, err)
			}
		}
	}
	for _, kind := range []int{1, 2, 3, 5, 18, 24} {
		if kinds[kind] < 40 {
			t.Errorf("%d messages of type %d", kinds[kind], kind)
		}
	}
}

const (
	heard  = "!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C" // 477553000, second 15
	first  = "!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C"
	second = "!AIVDM,2,2,1,A,88888888880,2*25"
)

func TestVessels(t *testing.T) {
	t.Parallel()
	var v ais.Vessels
	if _, ok := v.Take(parse(t, first), noon); ok {
		t.Error("half a message is a fix")
	}
	if _, ok := v.Take(parse(t, second), noon); ok {
		t.Error("a message without a position is a fix")
	}
	fix, ok := v.Take(parse(t, heard), noon)
	if !ok || fix.Identity != "mmsi:477553000" {
		t.Fatalf("%+v", fix)
	}
	p := fix.Position
	if p.Lon != -122.3458333 || p.Lat != 47.5828333 || p.SpeedKMH.Value != 0 || !p.SpeedKMH.Known || p.BearingDegrees.Value != 51 {
		t.Errorf("%+v", p)
	}
	if want := noon.Add(-15 * time.Second); !p.Time.Equal(want) {
		t.Errorf("sent at %v, want %v", p.Time, want)
	}
	if string(p.Attributes) != `{"heading":181,"mmsi":477553000,"status":5,"turnPerMinute":0}` {
		t.Errorf("attributes %s", p.Attributes)
	}
	// At 12:00:05 second 15 was that of the minute before.
	if fix, _ = v.Take(parse(t, heard), noon.Add(-25*time.Second)); !fix.Position.Time.Equal(noon.Add(-75 * time.Second)) {
		t.Errorf("sent at %v", fix.Position.Time)
	}
	// The station's own clock in a tag block counts.
	if fix, _ = v.Take(parse(t, `\s:station,c:1577836800\`+heard), noon); fix.Position.Time.Year() != 2019 {
		t.Errorf("sent at %v", fix.Position.Time)
	}
}

// What a vessel says of itself stands with its next fix.
func TestStaticJoinsPosition(t *testing.T) {
	t.Parallel()
	var v ais.Vessels
	part := func(line string) { _, _ = v.Take(parse(t, line), noon) }
	part("!AIVDM,1,1,,A,H77KQJ1@5F1@QF0@5F0lu@000000,0") // message 24, part A
	part("!AIVDM,1,1,,A,H77KQJ560000000HF12000000000,0") // part B
	fix, ok := v.Take(parse(t, heard), noon)
	const want = `{"callSign":"XVAB","heading":181,"mmsi":477553000,"name":"TAU THU DAU MOT","shipType":70,"status":5,"turnPerMinute":0}`
	if got := string(fix.Position.Attributes); !ok || got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAssemblyIsBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		lines []string
		later time.Duration
		whole bool
	}{
		{"in order", []string{first, second}, 0, true},
		{"the other way round", []string{second, first}, 0, false},
		{"too late", []string{first, second}, 31 * time.Second, false},
		{"another channel", []string{first, "!AIVDM,2,2,1,B,88888888880,2"}, 0, false},
		{"another count", []string{first, "!AIVDM,3,2,1,A,88888888880,2"}, 0, false},
		{"begun anew", []string{first, first, second}, 0, true},
		{"six parts", []string{"!AIVDM,6,1,1,A,55,0"}, 0, false},
		{"too long", []string{"!AIVDM,1,1,,A," + strings.Repeat("5", 400) + ",0"}, 0, false},
		{"bad letters", []string{"!AIVDM,1,1,,A,17z~QJ5000G?tO`K>RA1wUbN0TKH,0"}, 0, false},
		{"bad fill", []string{"!AIVDM,1,1,,A,177KQJ5000G?tO`K>RA1wUbN0TKH,9"}, 0, false},
		{"too short", []string{"!AIVDM,1,1,,A,177KQJ50,0"}, 0, false},
		{"another type", []string{"!AIVDM,1,1,,A,402R3WiuKvN`K<IKCTE?s0100000,0"}, 0, false},
	} {
		var a ais.Assembler
		whole, now := false, noon
		for _, line := range test.lines {
			_, whole = a.Take(parse(t, line), now)
			now = now.Add(test.later)
		}
		if whole != test.whole {
			t.Errorf("%s: whole %v, want %v", test.name, whole, test.whole)
		}
	}
	// Thousands of first parts hold no more memory than 64, and those that come
	// after them are put together.
	var a ais.Assembler
	for i := range 5000 {
		a.Take(parse(t, strings.Replace(strings.TrimSuffix(first, "*1C"), ",1,A,", fmt.Sprintf(",%d,A,", i), 1)), noon)
	}
	a.Take(parse(t, first), noon)
	if _, ok := a.Take(parse(t, second), noon); !ok {
		t.Error("a message after a flood is lost")
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte(heard), []byte(heard))
	f.Add([]byte(first), []byte(second))
	f.Add([]byte("!AIVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D"), []byte("!AIVDO,1,1,,B,B52K>;h00Fc>jpUlNV@ikwpUoP06,0"))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		var v ais.Vessels
		for _, line := range [][]byte{one, two} {
			s, err := nmea.Parse(line)
			if err != nil {
				continue
			}
			fix, ok := v.Take(s, noon)
			if ok && (math.Abs(fix.Position.Lon) > 180 || math.Abs(fix.Position.Lat) > 90 || fix.Identity == "") {
				t.Fatalf("%+v", fix)
			}
		}
	})
}
