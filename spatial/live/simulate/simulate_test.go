package simulate_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/simulate"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A crossing of four roads of about 3 km, and a winding river with two dead ends.
func options(devices int) simulate.Options {
	centre := orb.Point{106.65, 10.98}
	o := simulate.Options{Devices: devices, Seed: 1}
	for _, arm := range []orb.Point{{106.68, 10.98}, {106.62, 10.98}, {106.65, 11.01}, {106.65, 10.95}} {
		o.Roads = append(o.Roads, orb.LineString{arm, {(arm[0] + centre[0]) / 2, (arm[1]+centre[1])/2 + 0.001}, centre})
	}
	var river orb.LineString
	for i := range 50 {
		river = append(river, orb.Point{106.60 + 0.002*float64(i), 10.97 + 0.005*math.Sin(float64(i)/5)})
	}
	o.Waterways = []orb.LineString{river, {{106, 10}}}
	return o
}

func fleet(t *testing.T, o simulate.Options) *simulate.Fleet {
	t.Helper()
	f, err := simulate.NewFleet(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func toLine(p orb.Point, lines []orb.LineString) float64 {
	nearest := math.Inf(1)
	scale := math.Cos(p[1] * math.Pi / 180)
	flat := func(q orb.Point) orb.Point { return orb.Point{(q[0] - p[0]) * scale * 111195, (q[1] - p[1]) * 111195} }
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			a, b := flat(line[i-1]), flat(line[i])
			d := orb.Point{b[0] - a[0], b[1] - a[1]}
			f := -(a[0]*d[0] + a[1]*d[1]) / (d[0]*d[0] + d[1]*d[1])
			f = min(max(f, 0), 1)
			nearest = min(nearest, math.Hypot(a[0]+f*d[0], a[1]+f*d[1]))
		}
	}
	return nearest
}

// TestDrive: for 20 minutes every vehicle keeps to its lines, its speed and
// bearing change smoothly, and the speed it reports is the one at which it
// moves.
func TestDrive(t *testing.T) {
	t.Parallel()
	o := options(20)
	f := fleet(t, o)
	kinds := make(map[string]live.Kind)
	for _, d := range f.Devices() {
		kinds[d.ID] = d.Kind
	}
	travelled := make(map[string]float64)
	before := f.Positions(noon)
	for second := 1; second <= 1200; second++ {
		f.Step(time.Second)
		now := f.Positions(noon.Add(time.Duration(second) * time.Second))
		for i, p := range now {
			if err := p.Validate(p.Time, live.Limits{}); err != nil {
				t.Fatal(err)
			}
			lines, limit := o.Roads, 72.5
			if kinds[p.Device] == live.KindBarge {
				lines, limit = o.Waterways[:1], 13
			}
			if off := toLine(orb.Point{p.Lon, p.Lat}, lines); off > 0.2 {
				t.Fatalf("%s is %.2f m off its line", p.Device, off)
			}
			was := before[i]
			if p.SpeedKMH.Value > limit {
				t.Fatalf("%s drives %.1f km/h", p.Device, p.SpeedKMH.Value)
			}
			if change := p.SpeedKMH.Value - was.SpeedKMH.Value; change > 6 || change < -14.5 {
				t.Fatalf("%s changes its speed by %.1f km/h in a second at second %d", p.Device, change, second)
			}
			moved := math.Hypot((p.Lon-was.Lon)*math.Cos(p.Lat*math.Pi/180), p.Lat-was.Lat) * 111195
			fastest := max(p.SpeedKMH.Value, was.SpeedKMH.Value) / 3.6
			if moved > fastest+2 {
				t.Fatalf("%s moved %.1f m at %.1f m/s", p.Device, moved, fastest)
			}
			travelled[p.Device] += moved
		}
		before = now
	}
	for id, distance := range travelled {
		if distance < 1000 {
			t.Errorf("%s went %.0f m in 20 minutes", id, distance)
		}
	}
}

func TestDeterministic(t *testing.T) {
	t.Parallel()
	drive := func(o simulate.Options) []live.Position {
		f := fleet(t, o)
		for range 300 {
			f.Step(200 * time.Millisecond)
		}
		return f.Positions(noon)
	}
	first := drive(options(20))
	if diff := cmp.Diff(first, drive(options(20))); diff != "" {
		t.Errorf("the same seed (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(first, drive(options(30))[:20]); diff != "" {
		t.Errorf("with more devices (-first +second):\n%s", diff)
	}
	other := options(20)
	other.Seed = 2
	if cmp.Equal(first, drive(other)) {
		t.Error("another seed drives the same way")
	}
}

func TestFleetKinds(t *testing.T) {
	t.Parallel()
	count := func(o simulate.Options) map[live.Kind]int {
		counts := make(map[live.Kind]int)
		devices := fleet(t, o).Devices()
		if err := live.ValidateDevices(devices); err != nil {
			t.Fatal(err)
		}
		for _, d := range devices {
			counts[d.Kind]++
		}
		return counts
	}
	if diff := cmp.Diff(map[live.Kind]int{live.KindBus: 70, live.KindAmbulance: 20, live.KindBarge: 10}, count(options(100))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	dry := options(10)
	dry.Waterways = nil
	if diff := cmp.Diff(map[live.Kind]int{live.KindBus: 8, live.KindAmbulance: 2}, count(dry)); diff != "" {
		t.Errorf("without rivers (-want +got):\n%s", diff)
	}
	if _, err := simulate.NewFleet(simulate.Options{Devices: 1, Roads: []orb.LineString{{{1, 1}, {1, 1}}}}); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("without lines: %v, want invalid", err)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		registered, reported, calls := 0, 0, 0
		o := options(25)
		o.RateHertz = 2
		o.Register = func(_ context.Context, devices []live.Device) error {
			registered += len(devices)
			return nil
		}
		o.Report = func(_ context.Context, positions []live.Position) error {
			mu.Lock()
			defer mu.Unlock()
			if calls++; calls == 3 {
				return &spatial.Error{Code: spatial.CodeUnavailable}
			}
			reported += len(positions)
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := simulate.Run(ctx, o); err != nil {
			t.Errorf("Run: %v, want nil at the end of the context", err)
		}
		if registered != 25 || calls < 20 || reported != 25*(calls-1) {
			t.Errorf("%d registered, %d positions in %d calls", registered, reported, calls)
		}
		o.Report = func(context.Context, []live.Position) error { return &spatial.Error{Code: spatial.CodeForbidden} }
		if err := simulate.Run(t.Context(), o); spatial.CodeOf(err) != spatial.CodeForbidden {
			t.Errorf("Run with a bad key: %v, want forbidden", err)
		}
	})
}
