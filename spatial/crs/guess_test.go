package crs_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/crs"
)

func lonLatBox(minLon, minLat, maxLon, maxLat float64) spatial.Envelope {
	return spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: minLon, MinY: minLat, MaxX: maxLon, MaxY: maxLat}
}

// binhDuong is the home area of these tests.
func binhDuong() crs.Surroundings {
	return crs.Surroundings{Home: lonLatBox(106.33, 10.86, 106.97, 11.50)}
}

// sampleOf is n positions within half a width in degrees around a place, as a
// system holds them.
func sampleOf(t *testing.T, srid spatial.SRID, lon, lat, half float64, n int) crs.Sample {
	t.Helper()
	to, err := crs.NewTransform(spatial.SRIDWGS84, srid)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var s crs.Sample
	for range n {
		x, y, err := to.Point(lon+half*(2*r.Float64()-1), lat+half*(2*r.Float64()-1))
		if err != nil {
			t.Fatal(err)
		}
		s.X, s.Y = append(s.X, x), append(s.Y, y)
	}
	return s
}

func shift(s crs.Sample, dx, dy float64) crs.Sample {
	for i := range s.X {
		s.X[i], s.Y[i] = s.X[i]+dx, s.Y[i]+dy
	}
	return s
}

func with(s crs.Sample, x, y float64) crs.Sample {
	s.X, s.Y = append(s.X, x), append(s.Y, y)
	return s
}

func swap(s crs.Sample) crs.Sample { return crs.Sample{X: s.Y, Y: s.X} }

func TestGuess(t *testing.T) {
	t.Parallel()
	at := func(srid spatial.SRID) crs.Sample { return sampleOf(t, srid, 106.66, 11.05, 0.03, 50) }
	for _, tc := range []struct {
		name   string
		sample crs.Sample
		around crs.Surroundings
		want   spatial.SRID // 0: must ask
		form   string       // a part of what is done
	}{
		{"a commune in the home zone", at(9210), binhDuong(), 9210, ""},
		{"northing first", swap(at(9210)), binhDuong(), 9210, "X and Y are swapped"},
		{"one corner at 0, 0 and one at the edge of the world", with(with(at(9210), 0, 0), 9e9, 4), binhDuong(), 9210, ""},
		{"a single position", sampleOf(t, 9210, 106.66, 11.05, 0, 1), binhDuong(), 9210, ""},
		{"the whole province", sampleOf(t, 9210, 106.65, 11.18, 0.31, 200), binhDuong(), 9210, ""},
		{"the province to the south, same zone", sampleOf(t, 9210, 106.47, 10.2, 0.03, 50), binhDuong(), 9210, ""},
		{"across the river, zone 107-45", sampleOf(t, 5899, 106.95, 10.95, 0.03, 50), binhDuong(), 5899, ""},
		{"TM-3 105 or UTM 48N, 370 m apart", at(5897), binhDuong(), 0, ""},
		{"UTM 48N on WGS 84", at(32648), binhDuong(), 0, ""},
		{"a capital far away, two zones fit", sampleOf(t, 5897, 105.8, 21.0, 0.03, 50), binhDuong(), 0, ""},
		{"degrees", at(4326), binhDuong(), 4326, ""},
		{"latitude first", swap(at(4326)), binhDuong(), 4326, "X and Y are swapped"},
		{"degrees elsewhere", sampleOf(t, 4326, 8.5, 47.3, 0.3, 50), binhDuong(), 4326, ""},
		{"degrees elsewhere, latitude first beyond doubt", swap(sampleOf(t, 4326, 139.7, 35.6, 0.3, 50)), binhDuong(), 4326, "X and Y are swapped"},
		{"degrees with one broken", with(at(4326), 1213456, 10.9), binhDuong(), 4326, ""},
		{"web Mercator", at(3857), binhDuong(), 3857, ""},
		{"zone number in front, two datums", shift(at(3405), 48e6, 0), binhDuong(), 0, ""},
		{"zone number 481 in front", shift(sampleOf(t, 5896, 103.2, 21.4, 0.03, 50), 481e6, 0), binhDuong(), 5896, "zone number 481"},
		{"zone number in front and northing first", swap(shift(at(5897), 482e6, 0)), binhDuong(), 5897, "zone number 482"},
		{"the million of the northing left out", shift(at(9210), 0, -1e6), binhDuong(), 9210, "leading digit"},
		{"… and nobody knows where home is", shift(at(9210), 0, -1e6), crs.Surroundings{}, 0, ""},
		{"another country", sampleOf(t, 25831, 2.1, 41.4, 0.03, 50), binhDuong(), 0, ""},
		{"a drawing's own coordinates", crs.Sample{X: []float64{210, 4300, 5100}, Y: []float64{300, 1200, 800}}, binhDuong(), 0, ""},
		{"nothing", crs.Sample{}, binhDuong(), 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, sure := crs.Guess(tc.sample, tc.around)
			if sure != (tc.want != 0) {
				t.Fatalf("sure %v, candidates %+v", sure, got)
			}
			if !sure {
				return
			}
			if got[0].SRID != tc.want {
				t.Errorf("%+v", got)
			}
			if s := got[0].Form.String(); !strings.Contains(s, tc.form) || tc.form == "" && s != "" {
				t.Errorf("form %q", s)
			}
		})
	}
}

// Data that fills a box at hand tells UTM and TM-3 105° apart.
func TestGuessByDataAtHand(t *testing.T) {
	t.Parallel()
	for _, srid := range []spatial.SRID{5897, 3405, 32648} {
		s := sampleOf(t, srid, 106.66, 11.05, 0.05, 300)
		back, err := crs.NewTransform(srid, spatial.SRIDWGS84)
		if err != nil {
			t.Fatal(err)
		}
		known := spatial.EmptyEnvelope(spatial.SRIDWGS84)
		for i := range s.X {
			lon, lat, err := back.Point(s.X[i], s.Y[i])
			if err != nil {
				t.Fatal(err)
			}
			known = known.Extend(lon, lat)
		}
		around := binhDuong()
		around.Known = []spatial.Envelope{known, lonLatBox(106.3, 10.8, 107, 11.5)}
		got, sure := crs.Guess(s, around)
		if !sure || got[0].SRID != srid {
			t.Errorf("%v: sure %v, %+v", srid, sure, got)
		}
	}
}

// Communes of a province in the zone the law gives it: found, or asked for, and
// never another zone for a commune well inside.
func TestGuessInEveryZone(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	homes := []struct {
		name string
		srid spatial.SRID
		box  spatial.Envelope
	}{
		{"Bình Dương", 9210, lonLatBox(106.33, 10.86, 106.97, 11.50)},
		{"Tây Ninh", 9209, lonLatBox(105.80, 10.95, 106.45, 11.77)},
		{"Bình Phước", 9212, lonLatBox(106.41, 11.37, 107.42, 12.29)},
		{"Đồng Nai", 5899, lonLatBox(106.75, 10.52, 107.58, 11.57)},
		{"An Giang", 9208, lonLatBox(104.78, 10.18, 105.58, 10.96)},
		{"Kiên Giang", 9207, lonLatBox(104.43, 9.39, 105.53, 10.54)},
		{"Đà Nẵng", 5899, lonLatBox(107.82, 15.92, 108.34, 16.22)},
		{"Huế", 9214, lonLatBox(107.02, 16.00, 108.20, 16.74)},
		{"Sơn La", 9206, lonLatBox(103.18, 20.52, 105.04, 22.04)},
		{"Lai Châu", 9205, lonLatBox(102.32, 21.68, 103.98, 22.81)},
		{"Lạng Sơn", 9215, lonLatBox(106.10, 21.32, 107.36, 22.46)},
		{"Thái Nguyên", 9213, lonLatBox(105.48, 21.32, 106.23, 22.05)},
		{"Kon Tum", 9216, lonLatBox(107.33, 13.92, 108.54, 15.42)},
		{"Khánh Hòa", 9217, lonLatBox(108.67, 11.81, 109.46, 12.87)},
		{"Đắk Lắk", 9218, lonLatBox(107.49, 12.16, 108.99, 13.41)},
		{"Quảng Bình", 9211, lonLatBox(105.62, 16.92, 106.99, 18.09)},
	}
	right, asked := 0, 0
	for _, h := range homes {
		around := crs.Surroundings{Home: h.box}
		for i := range 25 {
			fx, fy := 0.1+0.2*float64(i%5), 0.1+0.2*float64(i/5)
			lon, lat := h.box.MinX+fx*(h.box.MaxX-h.box.MinX), h.box.MinY+fy*(h.box.MaxY-h.box.MinY)
			got, sure := crs.Guess(sampleOf(t, h.srid, lon, lat, 0.03, 30), around)
			switch {
			case !sure:
				asked++
			case got[0].SRID == h.srid:
				right++
			default:
				t.Errorf("%s at %.2f %.2f: %v, want %v; %+v", h.name, lon, lat, got[0].SRID, h.srid, got[:min(len(got), 3)])
			}
		}
	}
	t.Logf("%d of %d right, %d asked for", right, 25*len(homes), asked)
	if right < 20*len(homes) {
		t.Errorf("only %d of %d right", right, 25*len(homes))
	}
}

func TestCheckForm(t *testing.T) {
	t.Parallel()
	at := func(srid spatial.SRID) crs.Sample { return sampleOf(t, srid, 106.66, 11.05, 0.03, 50) }
	for _, tc := range []struct {
		name   string
		srid   spatial.SRID
		sample crs.Sample
		want   string
	}{
		{"as it should be", 9210, at(9210), ""},
		{"swapped", 9210, swap(at(9210)), "X and Y are swapped"},
		{"degrees swapped", 4326, swap(at(4326)), "X and Y are swapped"},
		{"zone number", 3405, shift(at(3405), 48e6, 0), "zone number 48"},
		{"zone number of another zone", 3406, shift(at(3405), 48e6, 0), ""},
		{"UTM swapped", 32648, swap(at(32648)), "X and Y are swapped"},
		{"data elsewhere stays", 4326, sampleOf(t, 4326, 8.5, 47.3, 0.3, 50), ""},
		{"a system that is not known here", 2056, crs.Sample{X: []float64{2646497}, Y: []float64{1139902}}, ""},
		{"islands far out", 4326, sampleOf(t, 4326, 114.3, 10.2, 0.1, 20), ""},
	} {
		if got := crs.CheckForm(tc.srid, tc.sample, binhDuong()).String(); !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%s: %q", tc.name, got)
		}
	}
}

func TestDomain(t *testing.T) {
	t.Parallel()
	for _, s := range crs.All() {
		d := s.Domain()
		to, err := crs.NewTransform(s.SRID, spatial.SRIDWGS84)
		if err != nil {
			t.Fatal(err)
		}
		inside := [2]float64{(d.MinX + d.MaxX) / 2, (d.MinY + d.MaxY) / 2}
		if _, _, err := to.Point(inside[0], inside[1]); err != nil || d.SRID != s.SRID {
			t.Errorf("%v: %v", s.SRID, err)
		}
		for _, p := range [][2]float64{{d.MaxX * 1.01, inside[1]}, {inside[0], d.MaxY + 1e6}, {d.MinX - 1e7, inside[1]}} {
			if _, _, err := to.Point(p[0], p[1]); err == nil {
				t.Errorf("%v: %v is outside and converted", s.SRID, p)
			}
		}
	}
}
