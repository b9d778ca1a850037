package receive_test

import (
	"math"
	"strings"
	"testing"

	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/api/ogc/receive"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// A place is read in the system that its feature, or the document, names, and counts
// before the geometry beside it (OGC 21-045r1 §7.6).
func TestPlaces(t *testing.T) {
	t.Parallel()
	const (
		storage = "http://www.opengis.net/def/crs/EPSG/0/9210"
		place   = `"place":{"type":"Polygon","coordinates":[[[600000,1220000],[600100,1220000],[600100,1220100],[600000,1220000]]]}`
		degrees = `"place":{"type":"Polygon","coordinates":[[[11,106.5],[11,106.6],[11.1,106.6],[11,106.5]]]}`
		members = `"properties":{"name":"Chợ","area":1}`
	)
	for _, test := range []struct {
		name, body string
		x, y       float64 // of the first position in EPSG:9210; 0 where there is a fault
		fault      string
	}{
		{"of the feature", `{"type":"Feature","coordRefSys":"` + storage + `",` + place + `,"geometry":` + square + `,` + members + `}`, 600000, 1220000, ""},
		{"of the document", `{"type":"FeatureCollection","coordRefSys":"` + storage + `","features":[{"type":"Feature",` + place + `,"geometry":null,` + members + `}]}`, 600000, 1220000, ""},
		{"in the order of its authority", `{"type":"Feature","coordRefSys":"EPSG:4326",` + degrees + `,` + members + `}`, 581763.96, 1216558.75, ""},
		{"no place", `{"type":"Feature","coordRefSys":"` + storage + `","place":null,"geometry":` + square + `,` + members + `}`, 581763.96, 1216558.75, ""},
		{"in a system that is not listed", `{"type":"Feature","coordRefSys":"EPSG:32648",` + place + `,` + members + `}`, 0, 0, "/place: is in a system that the collection does not list; see its crs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(collection())
			cfg.Systems = func(uri string) (crs.Reference, bool) {
				ref, err := crs.ParseReference(uri)
				return ref, err == nil && (ref.SRID == 9210 || ref.SRID == spatial.SRIDWGS84)
			}
			got, err := receive.Create(cfg, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			var faults []string
			for _, f := range got.Faults {
				faults = append(faults, f.Name+": "+f.Reason)
			}
			if test.fault != "" || len(faults) > 0 {
				if strings.Join(faults, "; ") != test.fault {
					t.Errorf("faults %q", faults)
				}
				return
			}
			shape, err := ewkb.Unmarshal(got.Edits[0].Geometry.EWKB)
			if err != nil {
				t.Fatal(err)
			}
			if at := shape.FlatCoords(); math.Abs(at[0]-test.x) > 0.01 || math.Abs(at[1]-test.y) > 0.01 {
				t.Errorf("at %.2f %.2f, want %.2f %.2f", at[0], at[1], test.x, test.y)
			}
		})
	}
	// As plain GeoJSON a place alone is no geometry.
	got, err := receive.Create(config(collection()), []byte(`{"type":"Feature",`+place+`,`+members+`}`))
	if err != nil || len(got.Faults) != 1 || got.Faults[0].Name != "/place" {
		t.Errorf("%+v, %v", got, err)
	}
}
