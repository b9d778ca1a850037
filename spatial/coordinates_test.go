package spatial_test

import (
	"math"
	"testing"

	"gisd/spatial"
)

func TestParseCoordinates(t *testing.T) {
	t.Parallel()
	geographic := func(lon, lat float64) *spatial.Coordinates {
		return &spatial.Coordinates{Geographic: true, X: lon, Y: lat}
	}
	planar := func(e, n float64) *spatial.Coordinates { return &spatial.Coordinates{X: e, Y: n} }
	for _, tt := range []struct {
		text string
		want *spatial.Coordinates
	}{
		{"10.98, 106.65", geographic(106.65, 10.98)},
		{"106.65, 10.98", geographic(106.65, 10.98)},
		{"10.98,106.65", geographic(106.65, 10.98)},
		{"  10.98   106.65 ", geographic(106.65, 10.98)},
		{"10,98; 106,65", geographic(106.65, 10.98)},
		{"10,98 106,65", geographic(106.65, 10.98)},
		{"10,98, 106,65", geographic(106.65, 10.98)},
		{"10.98;106.65", geographic(106.65, 10.98)},
		{"-33.5 20", geographic(20, -33.5)},
		{"10°58'48\"N 106°39'E", geographic(106.65, 10.98)},
		{"106°39′E, 10°58′48″N", geographic(106.65, 10.98)},
		{"10.98N106.65E", geographic(106.65, 10.98)},
		{"33.5S 70.25W", geographic(-70.25, -33.5)},
		{"10.98° 106.65°", geographic(106.65, 10.98)},
		{"1213456 601234", planar(601234, 1213456)},
		{"601234 1213456", planar(601234, 1213456)},
		{"1213456.12, 601234.5", planar(601234.5, 1213456.12)},
		{"1213456,12; 601234,5", planar(601234.5, 1213456.12)},
		{"1213456,601234", planar(601234, 1213456)},
		{"", nil}, {"10.98", nil}, {"10,98", nil}, {"1 2 3", nil}, {"Quốc lộ 13", nil}, {"QL 13", nil},
		{"95 200", nil}, {"95N 106E", nil}, {"10N 106N", nil}, {"5000000 601234", nil}, {"700000 600000", nil},
		{"10'30 106", nil}, {"10°75' 106°", nil}, {"E E", nil}, {"1e5 1e6", nil}, {"NaN NaN", nil},
	} {
		got, ok := spatial.ParseCoordinates(tt.text)
		if ok != (tt.want != nil) {
			t.Errorf("%q: %+v, %v", tt.text, got, ok)
			continue
		}
		if ok && (got.Geographic != tt.want.Geographic || math.Abs(got.X-tt.want.X) > 1e-9 || math.Abs(got.Y-tt.want.Y) > 1e-9) {
			t.Errorf("%q: got %+v, want %+v", tt.text, got, *tt.want)
		}
	}
}

func FuzzParseCoordinates(f *testing.F) {
	for _, seed := range []string{"10.98, 106.65", "1213456 601234", "10°58'48\"N 106°39'E", ",,", "N", "+-1 2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := spatial.ParseCoordinates(text)
		if ok && c.Geographic && !(math.Abs(c.X) <= 180 && math.Abs(c.Y) <= 90) {
			t.Errorf("%q: %+v", text, c)
		}
	})
}
