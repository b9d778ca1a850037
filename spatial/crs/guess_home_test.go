package crs_test

import (
	"slices"
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// A collection that was loaded with the wrong zone lies away from home; data of
// the same shape must not follow it there.
func TestGuessAwayFromHome(t *testing.T) {
	t.Parallel()
	s := sampleOf(t, 9210, 106.66, 11.05, 0.03, 50)
	wrong := func(srid spatial.SRID) spatial.Envelope {
		to, err := crs.NewTransform(srid, spatial.SRIDWGS84)
		if err != nil {
			t.Fatal(err)
		}
		e := spatial.EmptyEnvelope(spatial.SRIDWGS84)
		for i := range s.X {
			lon, lat, err := to.Point(s.X[i], s.Y[i])
			if err != nil {
				t.Fatal(err)
			}
			e = e.Extend(lon, lat)
		}
		return e
	}
	wide := wrong(9206)
	wide.MinX, wide.MaxX, wide.MinY, wide.MaxY = wide.MinX-0.2, wide.MaxX+0.2, wide.MinY-0.2, wide.MaxY+0.2
	for _, tc := range []struct {
		name  string
		known spatial.Envelope
		want  spatial.SRID // 0: must ask
	}{
		{"around", wide, 9210},
		{"filled to the metre", wrong(9206), 0},
		{"filled at home", wrong(9210), 9210},
	} {
		around := binhDuong()
		around.Known = []spatial.Envelope{tc.known}
		got, sure := crs.Guess(s, around)
		if got[0].SRID != 9210 || sure != (tc.want != 0) {
			t.Errorf("%s: sure %v, %+v", tc.name, sure, got)
		}
		if !sure && (got[1].SRID != 9206 || !got[1].Fits) {
			t.Errorf("%s: what contradicts is %+v", tc.name, got[1])
		}
	}
	around := binhDuong()
	around.Known = slices.Repeat([]spatial.Envelope{wide}, 3)
	plain, _ := crs.Guess(s, binhDuong())
	if got, _ := crs.Guess(s, around); got[0].Score != plain[0].Score || got[1].Score != plain[1].Score {
		t.Errorf("scores with data away from home: %+v", got[:2])
	}
}

func TestHomeZone(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		srid   spatial.SRID
		sample crs.Sample
		around crs.Surroundings
		want   spatial.SRID
	}{
		{"the numbers of a zone 1.75° further said to be 105-45", 9210, sampleOf(t, 9216, 106.65, 11.05, 0.03, 20), binhDuong(), 5899},
		{"as it should be", 9210, sampleOf(t, 9210, 106.65, 11.05, 0.03, 20), binhDuong(), 0},
		{"a neighbour in its own zone", 9209, sampleOf(t, 9209, 106.1, 11.3, 0.03, 20), binhDuong(), 0},
		{"the capital", 5897, sampleOf(t, 5897, 105.8, 21, 0.03, 20), binhDuong(), 0},
		{"UTM 49 said to be 48", 3405, sampleOf(t, 3406, 106.65, 11.05, 0.03, 20), binhDuong(), 3406},
		{"no home", 9210, sampleOf(t, 9216, 106.65, 11.05, 0.03, 20), crs.Surroundings{}, 0},
		{"degrees", 4326, sampleOf(t, 4326, 100, 11.05, 0.03, 20), binhDuong(), 0},
		{"nothing", 9210, crs.Sample{}, binhDuong(), 0},
	} {
		got, at, ok := crs.HomeZone(tc.srid, tc.sample, tc.around)
		if got != tc.want || ok != (tc.want != 0) {
			t.Errorf("%s: %v, %v, at %+v", tc.name, got, ok, at)
		}
	}
}

func TestInDegrees(t *testing.T) {
	t.Parallel()
	lonLat := sampleOf(t, 4326, 106.65, 11.05, 0.03, 20)
	for _, tc := range []struct {
		name   string
		srid   spatial.SRID
		sample crs.Sample
		want   bool
	}{
		{"degrees", 9210, lonLat, true},
		{"latitude first", 9210, swap(sampleOf(t, 4326, 106.65, 11.05, 0.03, 20)), true},
		{"UTM", 32648, lonLat, true},
		{"with one at the origin", 9210, with(sampleOf(t, 4326, 106.65, 11.05, 0.03, 20), 0, 0), true},
		{"with one in metres", 9210, with(sampleOf(t, 4326, 106.65, 11.05, 0.03, 20), 598140, 1222134), false},
		{"metres", 9210, sampleOf(t, 9210, 106.65, 11.05, 0.03, 20), false},
		{"degrees in degrees", 4756, lonLat, false},
		{"web Mercator off Africa", 3857, lonLat, false},
		{"the origin alone", 9210, crs.Sample{X: []float64{0}, Y: []float64{0}}, false},
		{"not known here", 2056, lonLat, false},
	} {
		if got := crs.InDegrees(tc.srid, tc.sample); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

func TestVN2000Twin(t *testing.T) {
	t.Parallel()
	text := func(datum, meridian string) string {
		return `PROJCS["x",GEOGCS["g",DATUM["` + datum + `",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],` +
			`PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",` + meridian + `],` +
			`PARAMETER["scale_factor",0.9999],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]`
	}
	for _, tc := range []struct {
		wkt  string
		want spatial.SRID
	}{
		{text("WGS_1984", "105.75"), 9210},
		{text("WGS_1984", "105.7"), 0},
		{text("Vietnam_2000", "105.75"), 0}, // matched as it is
		{`GEOGCS["g",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`, 0},
		{"PROJCS[", 0},
	} {
		if got, ok := crs.VN2000Twin(tc.wkt); got != tc.want || ok != (tc.want != 0) {
			t.Errorf("%.80s: %v %v", tc.wkt, got, ok)
		}
	}
}
