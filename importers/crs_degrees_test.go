package importers_test

import (
	"strings"
	"testing"

	"gisd/importers"
	"gisd/spatial"
)

// A claim of degrees that no coordinate bears out is no claim: a .prj of another
// layer, GeoJSON that was written without transforming it.
func TestSettleCRSDoubtsDegrees(t *testing.T) {
	t.Parallel()
	const geographic = `GEOGCS["somewhere",DATUM["D_somewhere",SPHEROID["Everest",6377276.345,300.8017]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]`
	metres := [][2]float64{{599233, 1222000}, {0, 0}, {599433, 1222300}}
	for _, tc := range []struct {
		name   string
		crs    importers.CRS
		points [][2]float64
		srid   spatial.SRID
		want   spatial.SRID
		says   string // in the reason, or in the error where want is 0
	}{
		{"a number", importers.CRS{SRID: 4326, Reason: "it says so"}, metres, 0, 9210, "home area"},
		{"the reason names the claim", importers.CRS{SRID: 4326, Reason: "it says so"}, metres, 0, 9210, "the file says EPSG:4326, which is in degrees"},
		{"a name", importers.CRS{Name: "urn:ogc:def:crs:OGC:1.3:CRS84"}, metres, 0, 9210, "the file says EPSG:4326"},
		{"a definition without a code", importers.CRS{WKT: geographic}, metres, 0, 9210, "the file says a geographic system"},
		{"nothing fits", importers.CRS{SRID: 4326}, [][2]float64{{4e8, 5e8}}, 0, 0, "the file says EPSG:4326, which is in degrees, but its coordinates (x 400000000 to 400000000, y 500000000 to 500000000) fit none"},
		{"asked for", importers.CRS{}, metres, 4326, 0, "--crs EPSG:4326 is in degrees, but the coordinates"},
		{"one of them is degrees", importers.CRS{SRID: 4326, Reason: "it says so"}, append([][2]float64{{106.6, 11}}, metres...), 0, 4326, "it says so"},
		{"too large for degrees, but not by much", importers.CRS{SRID: 4326, Reason: "it says so"}, [][2]float64{{200, 100}}, 0, 4326, "it says so"},
		{"nothing to tell by", importers.CRS{SRID: 4326, Reason: "it says so"}, [][2]float64{{0, 0}}, 0, 4326, "it says so"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src := nameless(tc.points...)
			src.schema.CRS = tc.crs
			_, c, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{SRID: tc.srid, Home: home()})
			said := c.Reason
			if err != nil {
				said = err.Error()
			}
			if (err != nil) != (tc.want == 0) || c.SRID != tc.want && err == nil || !strings.Contains(said, tc.says) {
				t.Errorf("%v %v, want %v and %q", c, err, tc.want, tc.says)
			}
			if err == nil && c.Guess != (tc.want == 9210) {
				t.Errorf("guess is %v", c.Guess)
			}
		})
	}
}
