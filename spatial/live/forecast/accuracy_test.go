package forecast_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live/forecast"
)

// TestAssess: the accuracy is that of the rolling forecasts, and the forecast that of Make.
func TestAssess(t *testing.T) {
	t.Parallel()
	readings := readingsOf(families[5].samples(2, 20))
	got, accuracies, err := forecast.Assess(readings, forecast.Config{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := forecast.Make(readings, forecast.Config{})
	if diff := cmp.Diff(made, got); diff != "" || err != nil {
		t.Errorf("%v (-made +assessed):\n%s", err, diff)
	}
	rolling, err := forecast.Rolling(readings, forecast.Config{Step: quarter}, 1)
	if err != nil {
		t.Fatal(err)
	}
	came := map[int64]float64{}
	for _, r := range readings {
		came[r.Time.Unix()/900] = r.Value
	}
	first, last := readings[0].Time.Unix()/900, readings[len(readings)-1].Time.Unix()/900
	half := first + (last-first+1)/2
	const lead = 8
	want := forecast.Accuracy{Lead: lead * quarter}
	seen := map[time.Time]bool{}
	for _, f := range rolling {
		slot := f.Origin.Unix()/900 + lead
		v, ok := came[slot]
		if seen[f.Origin] || !ok || slot < half {
			continue
		}
		seen[f.Origin] = true
		want.Count++
		want.Error += math.Abs(v - f.Ahead[lead].Value)
		want.Persistence += math.Abs(v - f.Last)
		if v >= f.Ahead[lead].Low && v <= f.Ahead[lead].High {
			want.Covered++
		}
	}
	n := float64(want.Count)
	want.Error, want.Persistence, want.Covered = want.Error/n, want.Persistence/n, want.Covered/n
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff(want, accuracies[3], near); diff != "" {
		t.Errorf("%d hours ahead (-by rolling +assessed):\n%s", lead/4, diff)
	}
}
