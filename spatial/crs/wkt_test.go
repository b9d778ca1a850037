package crs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// TestMatchWKTOwnDefinitions: every dialect of every system is recognised.
func TestMatchWKTOwnDefinitions(t *testing.T) {
	t.Parallel()
	for _, s := range crs.All() {
		for _, wkt := range []string{s.WKT1(), s.WKT2(), s.QGIS(), s.ESRI(), strings.NewReplacer("[", "(", "]", ")").Replace(s.WKT1())} {
			if got, reason, ok := crs.MatchWKT(wkt); !ok || got != s.SRID {
				t.Errorf("%v: got %v, %s\n%s", s.SRID, got, reason, wkt)
			}
		}
	}
}

const (
	vnGeogcs  = `GEOGCS["GCS_VN_2000",DATUM["D_Vietnam_2000",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	wgsGeogcs = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	tm10545   = `PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],` +
		`PARAMETER["Central_Meridian",105.75],PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",0.0]`
	metre = `,UNIT["Meter",1.0]]`
)

func TestMatchWKT(t *testing.T) {
	t.Parallel()
	projected := func(geogcs, projection string) string {
		return `PROJCS["anything",` + geogcs + `,` + projection + metre
	}
	withShift := func(shift string) string {
		return strings.Replace(vnGeogcs, `298.257223563]]`, `298.257223563],TOWGS84[`+shift+`]]`, 1)
	}
	cases := []struct {
		name   string
		wkt    string
		want   spatial.SRID // 0: no match
		reason string       // a part of it
	}{
		{"any name", projected(vnGeogcs, tm10545), 9210, "central meridian 105.75°"},
		{"byte order mark, line ends, closing zero", "\ufeff" + strings.ReplaceAll(projected(vnGeogcs, tm10545), ",", ",\r\n ") + "\r\n\x00", 9210, "D_Vietnam_2000"},
		{"the datum by the ministry's TOWGS84 alone", projected(strings.ReplaceAll(withShift("-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"), "D_Vietnam_2000", "unknown"), tm10545), 9210, "ministry"},
		{"rounded TOWGS84", projected(strings.ReplaceAll(withShift("-191.9044143,-39.3031828,-111.4503284,0.00928836,-0.01975479,0.00427372,0.252906"), "D_Vietnam_2000", "user"), tm10545), 9210, "ministry"},
		{"TOWGS84 of the other operation", projected(withShift("-192.873,-39.382,-111.202,-0.00205,-0.0005,0.00335,0.0188"), tm10545), 9210, "not the ministry's"},
		{"unknown datum with a foreign TOWGS84", projected(strings.ReplaceAll(withShift("-192.873,-39.382,-111.202,-0.00205,-0.0005,0.00335,0.0188"), "D_Vietnam_2000", "unknown"), tm10545), 0, "TOWGS84"},
		{"a VN-2000 zone on WGS 84", projected(wgsGeogcs, tm10545), 0, "EPSG:9210"},
		{"UTM 48 on WGS 84", projected(wgsGeogcs, strings.NewReplacer("105.75", "105", "0.9999", "0.9996").Replace(tm10545)), 32648, "EPSG:32648"},
		{"UTM 48 on VN-2000", projected(vnGeogcs, strings.NewReplacer("105.75", "105", "0.9999", "0.9996").Replace(tm10545)), 3405, "EPSG:3405"},
		{"TM-3 105 on VN-2000", projected(vnGeogcs, strings.ReplaceAll(tm10545, "105.75", "105.0")), 5897, "EPSG:5897"},
		{"Gauss-Krüger", projected(vnGeogcs, strings.ReplaceAll(tm10545, "Transverse_Mercator", "Gauss_Kruger")), 9210, "EPSG:9210"},
		{"easting with the zone in front", projected(vnGeogcs, strings.ReplaceAll(tm10545, "500000.0", "48500000.0")), 0, "no system here"},
		{"meridian of no zone", projected(vnGeogcs, strings.ReplaceAll(tm10545, "105.75", "105.7")), 0, "no system here"},
		{"in feet", strings.Replace(projected(vnGeogcs, tm10545), `UNIT["Meter",1.0]`, `UNIT["Foot",0.3048]`, 1), 0, "0.3048"},
		{"in gon", projected(strings.Replace(vnGeogcs, `UNIT["Degree",0.0174532925199433]`, `UNIT["Gon",0.015707963267948967]`, 1), strings.ReplaceAll(tm10545, "105.75", "117.5")), 9210, "105.75°"},
		{"from Paris", projected(strings.Replace(vnGeogcs, `PRIMEM["Greenwich",0.0]`, `PRIMEM["Paris",2.337229166667]`, 1), tm10545), 0, "prime meridian"},
		{"Indian 1960", projected(strings.Replace(vnGeogcs, "6378137.0,298.257223563", "6377276.345,300.8017", 1), tm10545), 0, "ellipsoid"},
		{"latitude of origin", projected(vnGeogcs, strings.ReplaceAll(tm10545, `"Latitude_Of_Origin",0.0`, `"Latitude_Of_Origin",10.0`)), 0, "latitude of origin"},
		{"with heights, as ESRI writes it", projected(vnGeogcs, tm10545) + `,VERTCS["Hon_Dau",VDATUM["Hon_Dau"],PARAMETER["Vertical_Shift",0.0],PARAMETER["Direction",1.0],UNIT["Meter",1.0]]`, 9210, "EPSG:9210"},
		{"with unknown heights, without a comma", projected(vnGeogcs, tm10545) + "\n" + `VERTCS["unknown",DATUM["D_unknown",SPHEROID["unknown",6378137.0,298.257223563]],PARAMETER["Vertical_Shift",0.0],UNIT["Meter",1.0]]`, 9210, "EPSG:9210"},
		{"with half of a vertical system", projected(vnGeogcs, tm10545) + `,VERTCS["x"`, 0, "cannot be read"},
		{"two systems", projected(vnGeogcs, tm10545) + "," + projected(vnGeogcs, tm10545), 0, "cannot be read"},
		{"compound with names as GDAL writes them", `COMPD_CS["VN-2000 / TM-3 105-45 + height",` + projected(vnGeogcs, tm10545) + `,VERT_CS["Hon Dau 1992",VERT_DATUM["Hon Dau 1992",2005],UNIT["metre",1],AXIS["Up",UP]]]`, 9210, "EPSG:9210"},
		{"compound, WKT 2, from PROJJSON", `COMPOUNDCRS["a + b",PROJCRS["a",BASEGEOGCRS["VN-2000",DATUM["Vietnam 2000",ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]]],` +
			`CONVERSION["c",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Longitude of natural origin",105.75,ANGLEUNIT["degree",0.0174532925199433]],` +
			`PARAMETER["Scale factor at natural origin",0.9999,SCALEUNIT["unity",1]],PARAMETER["False easting",500000,LENGTHUNIT["metre",1]],PARAMETER["False northing",0,LENGTHUNIT["metre",1]]],` +
			`CS[Cartesian,2],AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]]],VERTCRS["b",VDATUM["unknown"],CS[vertical,1],AXIS["up",up,LENGTHUNIT["metre",1]]]]`, 9210, "EPSG:9210"},
		{"compound, bound to WGS 84 by its parts", `COMPOUNDCRS["x",BOUNDCRS[SOURCECRS[` + projected(vnGeogcs, tm10545) + `],TARGETCRS[` + wgsGeogcs + `],ABRIDGEDTRANSFORMATION["t",METHOD["Geocentric translations"],PARAMETER["X-axis translation",0]]],VERTCRS["b",VDATUM["v"],CS[vertical,1],AXIS["up",up],LENGTHUNIT["metre",1]]]`, 9210, "EPSG:9210"},
		{"VN_2000_Ho_Chi_Minh", strings.Replace(projected(vnGeogcs, tm10545), "anything", "VN_2000_Ho_Chi_Minh", 1), 9210, "D_Vietnam_2000"},
		{"a wrong code does not win", strings.Replace(projected(vnGeogcs, tm10545), metre, `,UNIT["Meter",1.0],AUTHORITY["EPSG","3405"]]`, 1), 9210, "EPSG:3405 says otherwise"},
		{"compound", `COMPD_CS["x",` + projected(vnGeogcs, tm10545) + `,VERT_CS["Hon Dau",VERT_DATUM["Hon Dau",2005],UNIT["metre",1]]]`, 9210, ""},
		{"the old Google sphere", `PROJCS["Google Maps Global Mercator",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["Meter",1],EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +nadgrids=@null"]]`, 3857, "web Mercator"},
		{"ellipsoidal Mercator", `PROJCS["World_Mercator",` + wgsGeogcs + `,PROJECTION["Mercator"],PARAMETER["False_Easting",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0]` + metre, 0, "other than web Mercator"},
		{"Lambert", `PROJCS["x",` + wgsGeogcs + `,PROJECTION["Lambert_Conformal_Conic"]` + metre, 0, "lambert"},
		{"NAD 83 has the ellipsoid of ETRS89", `GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`, 0, "D_North_American_1983"},
		{"engineering", `LOCAL_CS["local",UNIT["metre",1]]`, 0, "names no"},
		{"empty", "", 0, "cannot be read"},
		{"a PROJ string", "+proj=longlat +datum=WGS84", 0, "cannot be read"},
		{"cut short", projected(vnGeogcs, tm10545)[:200], 0, "cannot be read"},
		{"two definitions", wgsGeogcs + wgsGeogcs, 0, "cannot be read"},
		{"deep", strings.Repeat("A[", 1000) + strings.Repeat("]", 1000), 0, "deeper"},
		{"long", `GEOGCS["` + strings.Repeat("x", 70000) + `"]`, 0, "longer"},
		{"not a number", strings.Replace(wgsGeogcs, "298.257223563", "NaN", 1), 0, "names no"},
		{"bound to nothing", `BOUNDCRS[SOURCECRS["x"],TARGETCRS["y"]]`, 0, "names no"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, reason, ok := crs.MatchWKT(c.wkt)
			if got != c.want || ok != (c.want != 0) || !strings.Contains(reason, c.reason) || reason == "" {
				t.Errorf("got %v, %v, %q; want %v, …%s…", got, ok, reason, c.want, c.reason)
			}
		})
	}
}

// TestMatchWKTFiles reads every .prj of the shared collections. A file of a
// datum or projection that is not used here must be refused.
func TestMatchWKTFiles(t *testing.T) {
	t.Parallel()
	want := map[string]spatial.SRID{
		"Coso_Tongiao_07252017": 9210, "Cau": 9210, "CoSo_GiaoDuc_09292017": 9210, "CoSo_YTe_TongHopDaydunhat": 9210,
		"Building_Interactive": 32648, "Building_Noninteractive": 32648, "RoadNetwork_WGS84": 4326, "RoadNetwork_UTM48N": 32648,
		"LandUse_Noninteractive": 32648, "LandUse_Interactive": 32648, "Adminitration_Ward": 32648,
		"MonumentalTrees": 25831, "countries": 4326,
		"Stacks": 0, "cb_2022_us_county_20m_extract": 0, "poly": 0, "CoHI_GCS12": 0, "prjwithutf8bom": 0, "UScounties": 0,
		"null": 4326, "polylines": 4326, "mixed-properties": 4326, "polygons": 4326, "empty": 4326, "points": 4326, "latin1-property": 4326,
		"string-property": 4326, "number-property": 4326, "boolean-property": 4326, "multipoints": 4326, "date-property": 4326, "utf8-property": 4326,
	}
	found := 0
	for _, root := range []string{testdata.Shared(t, "data"), testdata.Shared(t, "corpus")} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".prj") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
			srid, known := want[name]
			got, reason, ok := crs.MatchWKT(string(text))
			if !known || got != srid || ok != (srid != 0) {
				t.Errorf("%s: got %v (%s), want %v, known %v", path, got, reason, srid, known)
			}
			found++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < len(want) {
		t.Errorf("%d files found, want at least %d", found, len(want))
	}
}

func FuzzMatchWKT(f *testing.F) {
	for _, srid := range []spatial.SRID{4326, 9210, 3857, 25832} {
		if s, ok := crs.Lookup(srid); ok {
			f.Add(s.WKT1())
			f.Add(s.WKT2())
			f.Add(s.QGIS())
			f.Add(s.ESRI())
		}
	}
	f.Add(`COMPD_CS["x",` + vnGeogcs + `]`)
	f.Add(vnGeogcs + `,VERTCS["unknown",UNIT["Meter",1.0]]`)
	f.Add(`A["""",1e999,x(]`)
	f.Fuzz(func(t *testing.T, s string) {
		srid, reason, ok := crs.MatchWKT(s)
		if ok != (srid != 0) || reason == "" || len(reason) > 2000 {
			t.Errorf("%v, %v, %q", srid, ok, reason)
		}
		if ok {
			system, found := crs.Lookup(srid)
			if !found {
				t.Fatalf("matched %v, which is not supported", srid)
			}
			if again, _, _ := crs.MatchWKT(system.WKT1()); again != srid {
				t.Errorf("matched %v, whose own text matches %v", srid, again)
			}
		}
	})
}
