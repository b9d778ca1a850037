package postgis_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// TestBoxAgainstPostGIS compares the boxes of Query with the plain question to
// PostGIS, without an index: does the feature, converted to the CRS of the box,
// intersect the box?
func TestBoxAgainstPostGIS(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	features := slices.Concat(fixture.Points(40), fixture.Lines(40), fixture.Polygons(40))
	for i := range features {
		features[i].ID = strconv.Itoa(i + 1)
	}
	// EPSG:2154 (Lambert-93) is a system that only the database knows; it is far
	// from the data, but both sides of the comparison see the same distortion.
	for _, storage := range []spatial.SRID{4326, 3857, 9210, 32648, 2154} {
		c := fixture.Collection(t, s.pool, fixture.Spec{ID: "box_" + strconv.Itoa(int(storage)), SRID: storage, Features: features})
		for _, boxSRID := range []spatial.SRID{4326, 3857, 9210} {
			random := rand.New(rand.NewPCG(uint64(storage), uint64(boxSRID)))
			matched := 0
			for range 12 {
				box := randomBox(t, random, boxSRID)
				got := s.walk(t, c, spatial.Query{BBox: &box, Limit: 1000})
				want := boxOracle(t, s, c, box)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("storage %d, box %+v (-want +got):\n%s", storage, box, diff)
				}
				matched += len(got)
			}
			if matched == 0 {
				t.Errorf("storage %d, box %d: no box matched anything", storage, boxSRID)
			}
		}
	}
}

func randomBox(t *testing.T, random *rand.Rand, srid spatial.SRID) spatial.Envelope {
	t.Helper()
	lon, lat := fixture.OriginLon+0.11*random.Float64(), fixture.OriginLat+0.05*random.Float64()
	to, err := crs.NewTransform(4326, srid)
	if err != nil {
		t.Fatal(err)
	}
	box, err := to.Envelope(spatial.Envelope{
		SRID: 4326, MinX: lon, MinY: lat, MaxX: lon + 0.03*random.Float64(), MaxY: lat + 0.02*random.Float64(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func boxOracle(t *testing.T, s store, c *spatial.Collection, box spatial.Envelope) []string {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), `
		select id::text from `+pgx.Identifier{"data", c.Table}.Sanitize()+` t
		where _st_intersects(
			st_transform(st_segmentize(geom, st_length(st_boundary(st_envelope(st_expand(geom, 1e-3)))) / 400), $1::integer),
			st_makeenvelope($2, $3, $4, $5, $1::integer))
		order by t.id`, int32(box.SRID), box.MinX, box.MinY, box.MaxX, box.MaxY)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestBoxAcrossTheAntimeridian(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	features := []fixture.Feature{
		{ID: "1", WKT: "POINT(179.5 -17)"}, {ID: "2", WKT: "POINT(-179.5 -17)"}, {ID: "3", WKT: "POINT(0 -17)"},
		{ID: "4", WKT: "LINESTRING(178 -17, 180 -17)"},
	}
	for _, srid := range []spatial.SRID{4326, 3857} {
		c := fixture.Collection(t, s.pool, fixture.Spec{ID: "fiji_" + strconv.Itoa(int(srid)), SRID: srid, Features: features})
		got := s.walk(t, c, spatial.Query{Limit: 2, BBox: &spatial.Envelope{SRID: 4326, MinX: 179, MinY: -18, MaxX: -179, MaxY: -16}})
		if diff := cmp.Diff([]string{"1", "2", "4"}, got); diff != "" {
			t.Errorf("storage %d (-want +got):\n%s", srid, diff)
		}
	}
}

func TestBoxUsesTheIndex(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, kind := range []spatial.IDKind{spatial.IDInteger, spatial.IDText} {
		for _, srid := range []spatial.SRID{4326, 9210} {
			id := "indexed_" + string(kind) + "_" + strconv.Itoa(int(srid))
			fixture.Collection(t, s.pool, fixture.Spec{ID: id, SRID: srid, IDKind: kind, Geometry: spatial.GeometryPoint})
			if _, err := s.pool.Exec(t.Context(), `
				insert into data.`+id+`_v1 (id, recorded_at, changed_by, geom)
				select i, now(), 'test', st_transform(st_setsrid(st_makepoint(106 + i * 0.00005, 10.9), 4326), $1::integer)
				from generate_series(1, 20000) i`, int32(srid)); err != nil {
				t.Fatal(err)
			}
			if _, err := s.pool.Exec(t.Context(), `analyze data.`+id+`_v1`); err != nil {
				t.Fatal(err)
			}
			if _, err := s.pool.Exec(t.Context(), `
				update gisd.collection_version set feature_count = 20000,
					min_lon = 105.9, min_lat = 10.8, max_lon = 107.1, max_lat = 11 where collection_id = $1`, id); err != nil {
				t.Fatal(err)
			}
			if _, err := s.pool.Exec(t.Context(), `update gisd.collection set updated_at = now()`); err != nil {
				t.Fatal(err)
			}
			if err := s.catalogue.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			c, err := s.catalogue.Collection(id, spatial.Access{})
			if err != nil {
				t.Fatal(err)
			}
			for _, after := range []*spatial.Position{nil, {ID: "5"}} {
				plan, err := s.features.ExplainBox(t.Context(), c, spatial.Query{
					Limit: 10, After: after,
					BBox: &spatial.Envelope{SRID: 4326, MinX: 106.5, MinY: 10.8, MaxX: 106.51, MaxY: 11},
				})
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(plan, id+"_v1_geom_idx") || strings.Contains(plan, id+"_v1_pkey") {
					t.Errorf("%s after %v does not use the index on geometry alone:\n%s", id, after, plan)
				}
			}
		}
	}
}
