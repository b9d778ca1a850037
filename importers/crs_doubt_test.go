package importers_test

import (
	"context"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// twinWKT is what programs write that do not know the datum VN-2000.
const twinWKT = `PROJCS["unnamed",GEOGCS["unnamed",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],` +
	`PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",105.75],` +
	`PARAMETER["scale_factor",0.9999],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]`

// What speaks against a system that was named is said and changes nothing.
func TestSettleCRSNotes(t *testing.T) {
	t.Parallel()
	in := func(c importers.CRS, x, y float64) importers.Source {
		src := nameless([2]float64{x, y})
		src.schema.CRS = c
		return src
	}
	named := importers.CRS{SRID: 9210, Reason: "the file says so"}
	for _, tc := range []struct {
		name string
		src  importers.Source
		asks spatial.SRID
		want spatial.SRID
		note string
	}{
		{"at home", in(named, 599233, 1222000), 0, 9210, ""},
		{"another zone would put it home", in(named, 406932, 1222119), 0, 9210, "EPSG:5899 would put it inside"},
		{"so too where it is asked for", in(importers.CRS{}, 406932, 1222119), 9210, 9210, "EPSG:5899 would put it inside"},
		{"degrees in a system of metres", in(named, 106.65, 11.05), 0, 9210, "--crs EPSG:4326"},
		{"the twin of a VN-2000 zone", in(importers.CRS{WKT: twinWKT}, 599233, 1222000), 0, 0, "--crs EPSG:9210 if it is VN-2000"},
	} {
		_, c, err := importers.SettleCRS(t.Context(), tc.src, importers.CRSRequest{SRID: tc.asks, Home: home()})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if c.SRID != tc.want || !strings.Contains(c.Note.EN, tc.note) || (c.Note.EN == "") != (tc.note == "") || (c.Note.VI == "") != (tc.note == "") {
			t.Errorf("%s: %+v", tc.name, c)
		}
	}
}

// A look and an import say the same of a system that is kept.
func TestInspectKeepsDefinition(t *testing.T) {
	t.Parallel()
	src := nameless([2]float64{599233, 1222000})
	src.schema.CRS = importers.CRS{WKT: twinWKT}
	got, err := importers.InspectAs(t.Context(), src, importers.CRSRequest{Home: home()})
	if err != nil {
		t.Fatal(err)
	}
	if got.SRID != 0 || !strings.HasPrefix(got.CRSReason, "kept as the file says: ") || strings.Contains(got.CRSReason, "must be named") {
		t.Errorf("%d, %s", got.SRID, got.CRSReason)
	}
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0].EN, "EPSG:9210") {
		t.Errorf("%+v", got.Notes)
	}
}

func TestSettleCRSRefusesDegreesInMetres(t *testing.T) {
	t.Parallel()
	_, _, err := importers.SettleCRS(t.Context(), nameless([2]float64{106.65, 11.05}), importers.CRSRequest{SRID: 9210})
	if spatial.CodeOf(err) != spatial.CodeInvalid || !strings.Contains(err.Error(), "--crs EPSG:9210 is in metres") {
		t.Error(err)
	}
}

func TestValueTextOfNumbers(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]float64{
		"1222134.6": 1222134.6, "123456789012345": 123456789012345, "1e+15": 1e15, "0.000001": 1e-6, "1e-07": 1e-7, "0": 0, "-2.5": -2.5,
	} {
		if got := importers.ValueText(spatial.FieldNumber, &importers.Value{Valid: true, Float: v}); got != want {
			t.Errorf("%v is shown as %s", v, got)
		}
	}
}

// Without geometry nothing repeats a geometry, but a record may repeat another.
func TestRepeatsWithoutGeometry(t *testing.T) {
	t.Parallel()
	src := nameless()
	for _, n := range []int64{1, 2, 1, 1} {
		src.records = append(src.records, importers.Record{Values: []importers.Value{{Valid: true, Int: n}}})
	}
	got, err := importers.Inspect(t.Context(), src, 4326)
	if err != nil {
		t.Fatal(err)
	}
	if got.Repeats != (importers.Repeats{Whole: 2}) {
		t.Errorf("%+v", got.Repeats)
	}
}

// Data that fills a collection away from home is asked for, and why is said.
func TestSettleCRSSaysWhatContradicts(t *testing.T) {
	t.Parallel()
	corners := [][2]float64{{598140, 1222134}, {601140, 1224134}}
	to, err := crs.NewTransform(9206, spatial.SRIDWGS84)
	if err != nil {
		t.Fatal(err)
	}
	e := spatial.EmptyEnvelope(spatial.SRIDWGS84)
	for _, p := range corners {
		lon, lat, err := to.Point(p[0], p[1])
		if err != nil {
			t.Fatal(err)
		}
		e = e.Extend(lon, lat)
	}
	_, _, err = importers.SettleCRS(t.Context(), nameless(corners...), importers.CRSRequest{Home: home(),
		Known: func(context.Context) ([]spatial.Envelope, error) { return []spatial.Envelope{e}, nil }})
	if err == nil || !strings.Contains(err.Error(), "EPSG:9206 (VN-2000 / TM-3 104-00) puts them at") || !strings.Contains(err.Error(), "the extent of a collection that is there") {
		t.Error(err)
	}
}
