package nmea_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gisd/spatial/live"
	"gisd/spatial/live/ais"
	"gisd/spatial/live/nmea"
)

var noon = time.Date(2026, 3, 1, 12, 0, 2, 0, time.UTC)

func clock() time.Time { return noon }

// sum puts a checksum behind a sentence.
func sum(body string) string { return fmt.Sprintf("$%s*%02X", body, nmea.Checksum([]byte(body))) }

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, give     string
		talker, kind   string
		fields         int
		source         string
		checksum, form bool
	}{
		// The examples that manuals of receivers repeat.
		{name: "RMC", give: "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A", talker: "GP", kind: "RMC", fields: 11},
		{name: "GGA", give: "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r", talker: "GP", kind: "GGA", fields: 14},
		{name: "no checksum", give: "$GNGLL,4916.45,N,12311.12,W,225444,A", talker: "GN", kind: "GLL", fields: 6},
		{name: "proprietary", give: "$PSRF103,00,01,00,01*25", kind: "PSRF103", fields: 4},
		{name: "tag block", give: `\s:bus-12,c:1577836800*` + fmt.Sprintf("%02X", nmea.Checksum([]byte("s:bus-12,c:1577836800"))) + `\$GPGLL,4916.45,N,12311.12,W,225444,A`,
			talker: "GP", kind: "GLL", fields: 6, source: "bus-12"},
		{name: "wrong checksum", give: "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6B", checksum: true},
		{name: "no checksum behind the asterisk", give: "$GPRMC,1*", checksum: true},
		{name: "wrong tag block", give: `\s:bus-12*00\$GPGLL,1`, checksum: true},
		{name: "open tag block", give: `\s:bus-12`, form: true},
		{name: "text", give: "hello", form: true},
		{name: "nothing", give: "", form: true},
		{name: "no letters", give: "$,,,,,,", form: true},
		{name: "bytes", give: "$GPGLL,\x00\x01", form: true},
		{name: "long", give: "$GPGLL," + strings.Repeat("1", 600), form: true},
	} {
		s, err := nmea.Parse([]byte(test.give))
		if errors.Is(err, nmea.ErrChecksum) != test.checksum || (err != nil) != (test.checksum || test.form) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if err == nil && (s.Talker != test.talker || s.Type != test.kind || len(s.Fields) != test.fields || s.Source != test.source) {
			t.Errorf("%s: %+v", test.name, s)
		}
	}
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name  string
		lines []string
		want  string        // lon lat time speed bearing accuracy attributes of each fix
		early time.Duration // before noon
	}{
		{"RMC with the GGA before it", []string{
			"GPGGA,115959.50,1058.800,N,10639.000,E,1,08,0.9,25.4,M,-2.0,M,,", "GPRMC,115959.50,A,1058.800,N,10639.000,E,10.0,084.4,010326,,,A",
			// The first has no RMC before it, and is a fix of its own.
		}, `106.65 10.98 11h59m59.5s ? ? ? {"altitude":25.4,"hdop":0.9,"quality":1,"satellites":8}; ` +
			`106.65 10.98 11h59m59.5s 18.52 84.4 ? {"altitude":25.4,"hdop":0.9,"quality":1,"satellites":8}`, 0},
		{"RMC alone, south and west", []string{"GNRMC,115900,A,1058.800,S,10639.000,W,,,010326,,"}, "-106.65 -10.98 11h59m0s ? ? ?", 0},
		{"no fix", []string{"GPRMC,115900,V,1058.800,N,10639.000,E,,,010326,,"}, "", 0},
		{"half a minute of 60", []string{"GPRMC,115900,A,1060.800,N,10639.000,E,,,010326,,"}, "", 0},
		{"31 February", []string{"GPRMC,115900,A,1058.800,N,10639.000,E,,,310226,,"}, "", 0},
		{"GLL with VTG", []string{"GPVTG,054.7,T,034.4,M,005.5,N,010.2,K", "GPGLL,1058.800,N,10639.000,E,115958,A"}, "106.65 10.98 11h59m58s 10.2 54.7 ?", 0},
		{"GLL not valid", []string{"GPGLL,1058.800,N,10639.000,E,115958,V"}, "", 0},
		{"GGA with GST", []string{"GPGST,115958,1,1,1,0,3.0,4.0,5", "GPGGA,115958,1058.800,N,10639.000,E,2,,,,M,,M,,"},
			`106.65 10.98 11h59m58s ? ? 10 {"quality":2}`, 0},
		{"GGA without a fix", []string{"GPGGA,115958,1058.800,N,10639.000,E,0,,,,M,,M,,"}, "", 0},
		{"GGA of the day before", []string{"GPGGA,235958,1058.800,N,10639.000,E,1,,,,M,,M,,"}, `106.65 10.98 -2s ? ? ? {"quality":1}`, 12 * time.Hour},
		{"ZDA tells the day", []string{"GPZDA,115958,05,02,2026,00,00", "GPGLL,1058.800,N,10639.000,E,115958,A"}, "106.65 10.98 -564h0m2s ? ? ?", 0},
	} {
		var r nmea.Receiver
		var got []string
		for _, line := range test.lines {
			s, err := nmea.Parse([]byte(sum(line)))
			if err != nil {
				t.Fatal(err)
			}
			if fix, ok := r.Take(s, noon.Add(-test.early)); ok {
				got = append(got, describe(fix.Position, day))
			}
		}
		if text := strings.Join(got, "; "); text != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, text, test.want)
		}
	}
}

func describe(p live.Position, day time.Time) string {
	measure := func(m live.Measure) string {
		if !m.Known {
			return "?"
		}
		return fmt.Sprint(m.Value)
	}
	return strings.TrimSpace(fmt.Sprintf("%.6g %.6g %v %s %s %s %s", p.Lon, p.Lat, p.Time.Sub(day),
		measure(p.SpeedKMH), measure(p.BearingDegrees), measure(p.AccuracyMeters), p.Attributes))
}

// A receiver that sends RMC gives one fix an epoch, whatever else it sends.
func TestOneFixAnEpoch(t *testing.T) {
	t.Parallel()
	c := nmea.NewConversation("nmea:10.0.0.1", nil, clock)
	var stream strings.Builder
	for second := range 5 {
		fmt.Fprintf(&stream, "%s\r\n%s\r\n%s\r\n", sum(fmt.Sprintf("GPRMC,11590%d,A,1058.800,N,10639.000,E,1,2,010326,,", second)),
			sum(fmt.Sprintf("GPGGA,11590%d,1058.800,N,10639.000,E,1,08,0.9,25.4,M,,M,,", second)), sum("GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1"))
	}
	if fixes := read(t, c, stream.String()); len(fixes) != 5 || fixes[0].Identity != "nmea:10.0.0.1" {
		t.Errorf("%d fixes, want 5: %+v", len(fixes), fixes)
	}
}

func read(t testing.TB, c live.Conversation, text string) (fixes []live.Fix) {
	t.Helper()
	for data := []byte(text); len(data) > 0; {
		n, m, err := c.Read(data)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		data = data[n:]
		fixes = append(fixes, m.Fixes...)
	}
	return fixes
}

// One connection carries vessels, receivers behind a multiplexer, and its own.
func TestSources(t *testing.T) {
	t.Parallel()
	tag := func(source string) string {
		return fmt.Sprintf(`\s:%s*%02X\`, source, nmea.Checksum([]byte("s:"+source)))
	}
	const gll = "$GPGLL,1058.800,N,10639.000,E,115958,A\r\n"
	text := "!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C\r\nnoise\r\n" + tag("bus-12") + gll + tag("bus-13") + gll + gll + tag("???") + gll
	var got []string
	for _, fix := range read(t, nmea.NewConversation("", &ais.Vessels{}, clock), text) {
		got = append(got, fix.Identity)
	}
	if want := "mmsi:477553000 nmea:bus-12 nmea:bus-13"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if _, _, err := nmea.NewConversation("", nil, clock).Read(make([]byte, 600)); err == nil {
		t.Error("a line without an end is waited for")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n"))
	f.Add([]byte("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\n$GPGLL,4916.45,N,12311.12,W,225444,A\n"))
	f.Add([]byte("$GPZDA,115958,05,02,2026,00,00\n$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K\n$GPGST,115958,1,1,1,0,3.0,4.0,5\n"))
	f.Add([]byte("\\s:a,c:1577836800*00\\!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := nmea.NewConversation("nmea:x", &ais.Vessels{}, clock)
		for len(data) > 0 {
			n, m, err := c.Read(data)
			if err != nil || n == 0 {
				return
			}
			for _, fix := range m.Fixes {
				if p := fix.Position; !(math.Abs(p.Lon) <= 180 && math.Abs(p.Lat) <= 90) || p.SpeedKMH.Value < 0 {
					t.Fatalf("%+v", fix)
				}
			}
			data = data[n:]
		}
	})
}
