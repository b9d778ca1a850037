package table

import (
	"math"
	"testing"
)

func TestParseAngle(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		`106°39'00"E`:     106.65,
		`11°03'00"N`:      11.05,
		`106° 39' 12,5" `: 106 + 39./60 + 12.5/3600,
		"106°39′12″":      106 + 39./60 + 12./3600,
		"106º39'12''Đ":    106 + 39./60 + 12./3600,
		"N 11 03 00":      11.05,
		"11:03:00":        11.05,
		"11°3'B":          11.05,
		"106.65°":         106.65,
		"106.65 E":        106.65,
		`-33°51'S`:        math.NaN(),
		`33°51'S`:         -33.85,
		`-33°51'`:         -33.85,
		"106.65":          math.NaN(), // a number as it is
		"106°75'":         math.NaN(),
		"106.5°30'":       math.NaN(),
		"181°":            math.NaN(),
		"106°39'12\"5":    math.NaN(),
		"12/03/2024":      math.NaN(),
		"12:03:00:00":     math.NaN(),
		"E":               math.NaN(),
		"Đường":           math.NaN(),
		"":                math.NaN(),
		"°":               math.NaN(),
		"1e5°":            math.NaN(),
	} {
		got, ok := parseAngle(trim([]byte(text)))
		if ok == math.IsNaN(want) || ok && math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v %v, want %v", text, got, ok, want)
		}
	}
}

func FuzzParseAngle(f *testing.F) {
	f.Add(`106°39'12"E`)
	f.Add("N 11 03 00")
	f.Fuzz(func(t *testing.T, text string) {
		if v, ok := parseAngle([]byte(text)); ok && !(math.Abs(v) <= 180) {
			t.Errorf("%q is %v", text, v)
		}
	})
}
