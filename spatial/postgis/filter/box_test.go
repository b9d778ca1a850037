package filter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis/features"
)

// find returns the ids of the features that pass, at most q.Limit.
func find(t *testing.T, s fixture.Store, c *spatial.Collection, q spatial.Query) []string {
	t.Helper()
	page, err := features.NewStore(s.DB, s.Catalogue).Query(t.Context(), c, q)
	if err != nil {
		t.Fatalf("%v: %v", q.Filter, err)
	}
	ids := []string{}
	for _, f := range page.Features {
		ids = append(ids, f.ID)
	}
	return ids
}

// TestBoxAgainstPostGIS compares the boxes of Query with the plain question to
// PostGIS, without an index: does the feature, converted to the CRS of the box,
// intersect the box?
func TestBoxAgainstPostGIS(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	reader := slices.Concat(fixture.Points(40), fixture.Lines(40), fixture.Polygons(40))
	for i := range reader {
		reader[i].ID = strconv.Itoa(i + 1)
	}
	// EPSG:2154 (Lambert-93) is a system that only the database knows; it is far
	// from the data, but both sides of the comparison see the same distortion.
	for _, storage := range []spatial.SRID{4326, 3857, 9210, 32648, 2154} {
		c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "box_" + strconv.Itoa(int(storage)), SRID: storage, Features: reader})
		for _, boxSRID := range []spatial.SRID{4326, 3857, 9210} {
			random := rand.New(rand.NewPCG(uint64(storage), uint64(boxSRID)))
			matched := 0
			for range 12 {
				box := randomBox(t, random, boxSRID)
				got := find(t, s, c, spatial.Query{BBox: &box, Limit: 1000})
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

func boxOracle(t *testing.T, s fixture.Store, c *spatial.Collection, box spatial.Envelope) []string {
	t.Helper()
	rows, err := s.Pool.Query(t.Context(), `
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

// TestBoxOfTheExtent converts two corners of an extent to turned grids, as
// programs do: it is all of the collection, while a box that lacks a corner, and
// one beside a lone point, stay exact.
func TestBoxOfTheExtent(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	at := func(id string, lon, lat float64) fixture.Feature {
		return fixture.Feature{ID: id, WKT: fmt.Sprintf("POINT(%v %v)", lon, lat)}
	}
	wide := fixture.Collection(t, s.Pool, fixture.Spec{ID: "wide", SRID: 9210, Features: []fixture.Feature{
		at("1", 106.3, 11.5), at("2", 106.4, 10.8), at("3", 106.9, 10.9), at("4", 106.8, 11.6),
	}})
	lone := fixture.Collection(t, s.Pool, fixture.Spec{ID: "lone", SRID: 9210, Features: []fixture.Feature{at("1", 106.5, 11)}})
	for _, srid := range []spatial.SRID{9210, 9218, 32648, 3857} {
		to, err := crs.NewTransform(4326, srid)
		if err != nil {
			t.Fatal(err)
		}
		box := func(west, south, east, north float64) *spatial.Envelope {
			minX, minY, err := to.Point(west, south)
			if err != nil {
				t.Fatal(err)
			}
			maxX, maxY, err := to.Point(east, north)
			if err != nil {
				t.Fatal(err)
			}
			return &spatial.Envelope{SRID: srid, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY}
		}
		if got := find(t, s, wide, spatial.Query{BBox: box(106.3, 10.8, 106.9, 11.6), Limit: 10}); len(got) != 4 {
			t.Errorf("%v: the box of the extent holds %v", srid, got)
		}
		part := box(106.3, 10.8, 106.9, 11.59)
		if diff := cmp.Diff(boxOracle(t, s, wide, *part), find(t, s, wide, spatial.Query{BBox: part, Limit: 10})); diff != "" {
			t.Errorf("%v: part of the extent: %s", srid, diff)
		}
		beside := box(106.50001, 11, 106.6, 11.1)
		if got := find(t, s, lone, spatial.Query{BBox: beside, Limit: 10}); len(got) != 0 {
			t.Errorf("%v: a box one metre beside the only point holds %v", srid, got)
		}
	}
}

func TestBoxAcrossTheAntimeridian(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	reader := []fixture.Feature{
		{ID: "1", WKT: "POINT(179.5 -17)"}, {ID: "2", WKT: "POINT(-179.5 -17)"}, {ID: "3", WKT: "POINT(0 -17)"},
		{ID: "4", WKT: "LINESTRING(178 -17, 180 -17)"},
	}
	for _, srid := range []spatial.SRID{4326, 3857} {
		c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "fiji_" + strconv.Itoa(int(srid)), SRID: srid, Features: reader})
		got := find(t, s, c, spatial.Query{Limit: 10, BBox: &spatial.Envelope{SRID: 4326, MinX: 179, MinY: -18, MaxX: -179, MaxY: -16}})
		if diff := cmp.Diff([]string{"1", "2", "4"}, got); diff != "" {
			t.Errorf("storage %d (-want +got):\n%s", srid, diff)
		}
	}
}
