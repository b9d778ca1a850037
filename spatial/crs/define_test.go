package crs_test

import (
	"math"
	"os/exec"
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// TestDefinitionsTakeTheMinistrysStep hands the texts that people paste
// elsewhere to PROJ and demands this package's answer south of 11.04° N too.
func TestDefinitionsTakeTheMinistrysStep(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("cs2cs"); err != nil {
		t.Skip("SKIPPED: PROJ's cs2cs (Debian: proj-bin) is not installed")
	}
	for _, srid := range []spatial.SRID{9210, 5897, 3405, 9218} {
		s := system(t, srid)
		tr := mustTransform(t, srid, 4326)
		for name, text := range map[string]string{"qgis": s.QGIS(), "proj": s.PROJ() + " +type=crs"} {
			for _, lat := range []float64{10.5, 11.0399, 11.0401, 12} {
				x, y, err := tr.Inverse().Point(106.65, lat)
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), "cs2cs", "-f", "%.12f", text, "+to", "EPSG:4326")
				cmd.Stdin = strings.NewReader(string(crs.AppendNumber(nil, x, 9)) + " " + string(crs.AppendNumber(nil, y, 9)) + "\n")
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("cs2cs: %v", err)
				}
				f := strings.Fields(string(out)) // EPSG:4326 is latitude first
				lon, lat, err := tr.Point(x, y)
				if err != nil || math.Abs(parse(t, f[0])-lat) > 1e-9 || math.Abs(parse(t, f[1])-lon) > 1e-9 {
					t.Errorf("%v by %s: PROJ gives %s, want %.12f %.12f, %v", srid, name, out, lat, lon, err)
				}
			}
		}
	}
}

func TestDefinitionTexts(t *testing.T) {
	t.Parallel()
	s := system(t, 9210)
	cases := []struct{ name, got, want string }{
		{"proj", s.PROJ(), "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +units=m +no_defs"},
		{"esri", s.ESRI(), `PROJCS["VN-2000_TM-3_105-45",GEOGCS["GCS_VN_2000",DATUM["D_Vietnam_2000",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",105.75],PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, c.got, c.want)
		}
	}
	for _, s := range crs.All() {
		if s.Datum == crs.DatumVN2000 != strings.Contains(s.QGIS(), "BOUNDCRS") {
			t.Errorf("%v: %s", s.SRID, s.QGIS())
		}
		for name, text := range map[string]string{"wkt1": s.WKT1(), "wkt2": s.WKT2(), "esri": s.ESRI(), "qgis": s.QGIS()} {
			if strings.Count(text, "[") != strings.Count(text, "]") {
				t.Errorf("%v: %s is not balanced: %s", s.SRID, name, text)
			}
		}
	}
}
