package importers_test

import (
	"testing"
	"time"

	"gisd/importers"
)

func TestTimesThereAndBack(t *testing.T) {
	t.Parallel()
	for _, want := range []time.Time{
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC),
		time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC), time.Date(9999, 12, 31, 1, 2, 3, 4000, time.UTC),
	} {
		if got := (importers.Value{Int: importers.DateTimeOf(want)}).Time(); !got.Equal(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		day := want.Truncate(24 * time.Hour)
		if got := (importers.Value{Int: importers.DateOf(want)}).Day(); !got.Equal(day) {
			t.Errorf("got %v, want %v", got, day)
		}
	}
}
