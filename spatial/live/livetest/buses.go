package livetest

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
	"time"

	"gisd/internal/testdata"
	"gisd/spatial/live"
)

// Buses are the fixes of real buses on a day such as 2017-03-21, as the file has
// them: EPSG:4326, degrees. Without the shared data the test is skipped.
func Buses(t *testing.T, day string) []live.Position {
	t.Helper()
	file, err := os.Open(testdata.Shared(t, "data/tracks/austin_buses/"+day+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	list := make([]live.Position, 0, len(rows))
	for _, row := range rows[1:] {
		when, err := time.Parse(time.RFC3339, row[1])
		if err != nil {
			t.Fatal(err)
		}
		var numbers [3]float64
		for i, text := range []string{row[2], row[5], row[6]} {
			if numbers[i], err = strconv.ParseFloat(text, 64); err != nil {
				t.Fatal(err)
			}
		}
		const kmh = 3.6 // speeds are metres a second there
		list = append(list, live.Position{Device: row[0], Time: when.UTC(), Lat: numbers[1], Lon: numbers[2], SpeedKMH: live.Known(numbers[0] * kmh)})
	}
	return list
}
