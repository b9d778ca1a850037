package forecast_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live/forecast"
)

// readingsOf a series as they came in.
func readingsOf(samples []sample) []forecast.Reading {
	var list []forecast.Reading
	for _, s := range samples {
		if !math.IsNaN(s.seen) {
			list = append(list, forecast.Reading{Time: s.at, Value: s.seen})
		}
	}
	return list
}

// TestNothingOfTheFuture: a rolling forecast is the one that is made of the readings up to
// its origin alone.
func TestNothingOfTheFuture(t *testing.T) {
	t.Parallel()
	readings := readingsOf(families[1].samples(7, 12))
	rolling, err := forecast.Rolling(readings, forecast.Config{Step: quarter, Horizon: 6 * time.Hour}, 97)
	if err != nil || len(rolling) < 5 {
		t.Fatalf("%d forecasts, %v", len(rolling), err)
	}
	for _, want := range rolling {
		cut := slices.IndexFunc(readings, func(r forecast.Reading) bool { return r.Time.After(want.Origin.Add(time.Second)) })
		got, err := forecast.Make(readings[:cut], forecast.Config{Step: quarter, Horizon: 6 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %v (-rolling +made):\n%s", want.Origin, diff)
		}
	}
}

// TestArrival: order and doubles of readings change nothing, nor do values that are none.
func TestArrival(t *testing.T) {
	t.Parallel()
	readings := readingsOf(families[0].samples(3, 20))
	want, err := forecast.Make(readings, forecast.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if want.Step != quarter || len(want.Ahead) != 97 || want.Ahead[96].Time.Sub(want.Origin) != 24*time.Hour {
		t.Errorf("steps of %v, %d of them", want.Step, len(want.Ahead))
	}
	for i, e := range want.Ahead {
		if !(e.Low <= e.Value && e.Value <= e.High) {
			t.Errorf("step %d: %+v", i, e)
		}
	}
	shuffled := slices.Concat(readings, readings)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		shuffled = append(shuffled, forecast.Reading{Time: readings[50].Time, Value: v})
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	got, err := forecast.Make(shuffled, forecast.Config{})
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-6 })
	soon := cmp.Comparer(func(a, b time.Time) bool { return a.Sub(b).Abs() < time.Millisecond })
	if diff := cmp.Diff(want, got, near, soon); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestSpike: one reading that is far off changes nothing; two that agree are believed.
func TestSpike(t *testing.T) {
	t.Parallel()
	var readings []forecast.Reading
	for i := range 600 {
		readings = append(readings, forecast.Reading{
			Time:  worldBegins.Add(time.Duration(i) * quarter),
			Value: 2 + 0.01*math.Sin(float64(i)*1.7),
		})
	}
	next := func(i int, v float64) forecast.Reading {
		return forecast.Reading{Time: worldBegins.Add(time.Duration(599+i) * quarter), Value: v}
	}
	for _, test := range []struct {
		name string
		then []forecast.Reading
		want float64 // in two hours, about
	}{
		{"nothing", nil, 2},
		{"a spike", []forecast.Reading{next(1, 9)}, 2},
		{"a spike that is over", []forecast.Reading{next(1, 9), next(2, 2)}, 2},
		{"two spikes", []forecast.Reading{next(1, 9), next(2, -5)}, 2},
		{"another level", []forecast.Reading{next(1, 9), next(2, 9.01), next(3, 9), next(4, 9.01), next(5, 9)}, 9},
	} {
		made, err := forecast.Make(append(slices.Clone(readings), test.then...), forecast.Config{})
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if got := made.Ahead[8].Value; math.Abs(got-test.want) > 1.5 {
			t.Errorf("%s: %.2f in two hours, want about %g", test.name, got, test.want)
		}
	}
}

// TestMake: what series need, and what ones without surprises give.
func TestMake(t *testing.T) {
	t.Parallel()
	series := func(n int, gap time.Duration, value func(int) float64) []forecast.Reading {
		list := make([]forecast.Reading, n)
		for i := range list {
			list[i] = forecast.Reading{Time: worldBegins.Add(time.Duration(i) * gap), Value: value(i)}
		}
		return list
	}
	flat := func(int) float64 { return 7 }
	for _, test := range []struct {
		name     string
		readings []forecast.Reading
		step     time.Duration // 0: too short
		ahead    time.Duration
		want     float64 // at the end
	}{
		{"none", nil, 0, 0, 0},
		{"too few", series(47, quarter, flat), 0, 0, 0},
		{"of one moment", series(500, 0, flat), 0, 0, 0},
		{"flat", series(200, quarter, flat), quarter, 12 * time.Hour, 7},
		{"a reading a minute for a month", series(43_200, time.Minute, flat), quarter, 24 * time.Hour, 7},
		{"a reading a minute", series(600, time.Minute, flat), time.Minute, 96 * time.Minute, 7},
		{"one in ten minutes and a half", series(1000, 630*time.Second, flat), 10 * time.Minute, 16 * time.Hour, 7},
		{"one a day", series(100, 24*time.Hour, flat), 0, 0, 0},
		{"one last month", append([]forecast.Reading{{Time: worldBegins.AddDate(-20, 0, 0), Value: 1e9}}, series(200, quarter, flat)...), quarter, 12 * time.Hour, 7},
	} {
		made, err := forecast.Make(test.readings, forecast.Config{})
		if test.step == 0 {
			if !errors.Is(err, forecast.ErrShort) {
				t.Errorf("%s: %v, want ErrShort", test.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		end := made.Ahead[len(made.Ahead)-1]
		if made.Step != test.step || end.Time.Sub(made.Origin) != test.ahead || math.Abs(end.Value-test.want) > 1e-3 {
			t.Errorf("%s: steps of %v, %v ahead %g; want %v, %v, %g", test.name, made.Step, end.Time.Sub(made.Origin), end.Value, test.step, test.ahead, test.want)
		}
	}
}

// TestPass reads times off a forecast.
func TestPass(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return worldBegins.Add(time.Duration(minutes) * time.Minute) }
	f := forecast.Forecast{Origin: at(0), Last: 1, Step: quarter, Ahead: []forecast.Expected{
		{Time: at(0), Value: 1, Low: 1, High: 1}, {Time: at(15), Value: 1.2, Low: 0.9, High: 1.4},
		{Time: at(30), Value: 1.6, Low: 1.1, High: 2}, {Time: at(45), Value: 1.4, Low: 0.8, High: 1.7},
	}}
	for _, test := range []struct {
		level float64
		below bool
		want  forecast.Passing
	}{
		{1, false, forecast.Passing{Now: true, Expected: at(0), Earliest: at(0), Latest: at(0)}},
		{1.4, false, forecast.Passing{Expected: at(15).Add(7*time.Minute + 30*time.Second), Earliest: at(15)}},
		{1.7, false, forecast.Passing{Earliest: at(15).Add(7*time.Minute + 30*time.Second)}},
		{2.5, false, forecast.Passing{}},
		{0.9, true, forecast.Passing{Earliest: at(15)}},
		{1.1, true, forecast.Passing{Now: true, Expected: at(0), Earliest: at(0), Latest: at(0)}},
	} {
		got := f.Pass(test.level, test.below)
		soon := cmp.Comparer(func(a, b time.Time) bool { return a.Sub(b).Abs() < time.Second })
		if diff := cmp.Diff(test.want, got, soon); diff != "" {
			t.Errorf("level %g, below %t (-want +got):\n%s", test.level, test.below, diff)
		}
	}
}

// FuzzMake: whatever the readings are, a forecast is finite, in order, and bounded.
func FuzzMake(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"), 1.0, 900.0)
	f.Add(make([]byte, 200), 0.0, 60.0)
	f.Add([]byte{255, 0, 255, 0}, 1e300, 1e12)
	f.Fuzz(func(t *testing.T, data []byte, unit, gap float64) {
		if len(data) > 2000 {
			return
		}
		var readings []forecast.Reading
		at := worldBegins
		for i, b := range data {
			at = at.Add(time.Duration(gap * float64(b%16) * float64(time.Second) / 8))
			readings = append(readings, forecast.Reading{Time: at, Value: unit * float64(int(b)-i%3)})
		}
		made, err := forecast.Make(readings, forecast.Config{})
		if err != nil {
			return
		}
		if len(made.Ahead) > 97 {
			t.Fatalf("%d steps", len(made.Ahead))
		}
		for i, e := range made.Ahead {
			if !(e.Low <= e.Value && e.Value <= e.High) || math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) ||
				i > 0 && !e.Time.After(made.Ahead[i-1].Time) {
				t.Fatalf("step %d: %+v", i, e)
			}
		}
	})
}

// BenchmarkMake: a month of quarters of an hour.
func BenchmarkMake(b *testing.B) {
	readings := readingsOf(families[1].samples(1, 30))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := forecast.Make(readings, forecast.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
