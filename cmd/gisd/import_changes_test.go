package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/internal/testdata"
)

// readZones reads a file of zones without our reader or our keys: by the text of the
// geometry's positions, each ring from its least position in the direction that
// reads smaller, holes and parts in order. Features of one geometry are one.
func readZones(t *testing.T, path string) (count map[string]int, class map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
			Properties map[string]any
		}
	}
	if err := json.NewDecoder(z).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	count, class = map[string]int{}, map[string]string{}
	for _, feature := range doc.Features {
		text := string(feature.Geometry.Coordinates)
		if feature.Geometry.Type == "Polygon" {
			text = "[" + text + "]"
		}
		var parts [][][]json.RawMessage
		if err := json.Unmarshal([]byte(text), &parts); err != nil {
			t.Fatal(err)
		}
		if len(parts) == 0 {
			continue
		}
		var polygons []string
		for _, rings := range parts {
			var holes []string
			for _, ring := range rings {
				holes = append(holes, leastRing(ring))
			}
			slices.Sort(holes[1:])
			polygons = append(polygons, strings.Join(holes, "|"))
		}
		slices.Sort(polygons)
		form := strings.Join(polygons, "||")
		count[form]++
		class[form] = fmt.Sprint(feature.Properties["zone_class"])
	}
	return count, class
}

func leastRing(positions []json.RawMessage) string {
	var ring []string
	for _, p := range positions[1:] {
		ring = append(ring, strings.ReplaceAll(string(p), " ", ""))
	}
	least, first := "", slices.Min(ring)
	for range 2 {
		for i, p := range ring {
			if p == first {
				text := strings.Join(slices.Concat(ring[i:], ring[:i]), "")
				if least == "" || text < least {
					least = text
				}
			}
		}
		slices.Reverse(ring)
	}
	return least
}

// TestUpsertByGeometryOfZoning: half a year of a city's zoning, told apart by
// geometry alone.
func TestUpsertByGeometryOfZoning(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	y24, y25 := testdata.Shared(t, "data/zoning/chicago-zoning-2024-10-21-simple.geojson.gz"), testdata.Shared(t, "data/zoning/chicago-zoning-2025-04-17-simple.geojson.gz")
	// Four features of 2024 have no geometry, and so no key.
	if r := imported(t, env, y24, "--collection", "z", "--key", "geometry"); r.Rejected != 4 || r.Loaded != 14588 {
		t.Errorf("2024: %d loaded, %d rejected", r.Loaded, r.Rejected)
	}
	r := imported(t, env, y25, "--collection", "z", "--mode", "upsert", "--delete-missing")
	before, classBefore := readZones(t, y24)
	after, classAfter := readZones(t, y25)
	var inserted, deleted, same, rezoned int
	for form, n := range after {
		inserted += max(n-before[form], 0)
		same += min(n, before[form])
		if n == 1 && before[form] == 1 && classBefore[form] != classAfter[form] {
			rezoned++
		}
	}
	for form, n := range before {
		deleted += max(n-after[form], 0)
	}
	want := fmt.Sprintf("%d inserted, %d deleted, %d the same, %d of them in other zones", inserted, deleted, same, rezoned)
	properties := int64(0)
	for _, f := range r.Fields {
		if f.Field == "zone_class" {
			properties = f.Updated
		}
	}
	got := fmt.Sprintf("%d inserted, %d deleted, %d the same, %d of them in other zones", r.Inserted, r.Deleted, r.Updated+r.Unchanged, properties)
	if want != got {
		t.Errorf("the import says %s, the files %s", got, want)
	}
	if n := ask[int64](t, pool, "select count(*) from layers.z"); n != 14670 {
		t.Errorf("%d features, want those of 2025: 14670", n)
	}
}

// TestUpsertOfParcelsByGUID edits a copy of the parcels with another program.
func TestUpsertOfParcelsByGUID(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	needOGR(t)
	env, pool := importDB(t)
	source := testdata.Shared(t, "data/vietnam/parcels_vn2000/chauhoa.shp")
	dir := t.TempDir()
	edited := filepath.Join(dir, "edited.shp")
	// Some parcels go, some change a property or move, some come with a GUID of
	// their own. The other program also turns every ring round.
	edit := `select FEATUREID, GUID, PARENTGUID, MADOITUONG, SOHIEUT001, SOTHUTU001, SOHIEUTOBA,
		SOTHUTUTHU, case when FEATUREID % 1000 = 7 then 'QQQ' else KYHIEUDOIT end as KYHIEUDOIT,
		case when FEATUREID % 1000 = 8 then ST_Translate(geometry, 0.5, 0, 0) else geometry end as geometry
		from chauhoa where FEATUREID % 1000 <> 9
		union all select FEATUREID, GUID || '-new', PARENTGUID, MADOITUONG, SOHIEUT001, SOTHUTU001, SOHIEUTOBA, SOTHUTUTHU, KYHIEUDOIT, geometry
		from chauhoa where FEATUREID % 2000 = 10`
	if out, err := exec.Command("ogr2ogr", edited, source, "-dialect", "SQLITE", "-sql", edit).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr: %v %s", err, out)
	}
	must(t, env, "import", source, "--collection", "p", "--key", "GUID", "--crs", "EPSG:9210")
	of := func(modulus, rest int) int64 {
		return ask[int64](t, pool, "select count(*) from layers.p where mod(featureid, $1) = $2", modulus, rest)
	}
	want := importers.Counts{Inserted: of(2000, 10), Updated: of(1000, 7) + of(1000, 8), Deleted: of(1000, 9)}
	want.Unchanged = 7310 - want.Updated - want.Deleted
	wantFields := []importers.FieldCount{{Field: "KYHIEUDOIT", Updated: of(1000, 7)}, {Field: "geometry", Updated: of(1000, 8)}}
	r := imported(t, env, edited, "--collection", "p", "--mode", "upsert", "--delete-missing", "--crs", "EPSG:9210")
	if diff := cmp.Diff(want, r.Counts); diff != "" || want.Inserted*want.Updated*want.Deleted == 0 {
		t.Errorf("counts:\n%s", diff)
	}
	if diff := cmp.Diff(wantFields, r.Fields); diff != "" {
		t.Errorf("fields:\n%s", diff)
	}
}
