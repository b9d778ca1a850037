package features_test

import (
	"strconv"
	"strings"
	"testing"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/cql"
)

func TestBoxUsesTheIndex(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	for _, kind := range []spatial.IDKind{spatial.IDInteger, spatial.IDText} {
		for _, srid := range []spatial.SRID{4326, 9210} {
			id := "indexed_" + string(kind) + "_" + strconv.Itoa(int(srid))
			fixture.Collection(t, s.Pool, fixture.Spec{ID: id, SRID: srid, IDKind: kind, Geometry: spatial.GeometryPoint})
			if _, err := s.Pool.Exec(t.Context(), `
				insert into data.`+id+`_v1 (id, recorded_at, changed_by, geom)
				select i, now(), 'test', st_transform(st_setsrid(st_makepoint(106 + i * 0.00005, 10.9), 4326), $1::integer)
				from generate_series(1, 20000) i`, int32(srid)); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Pool.Exec(t.Context(), `analyze data.`+id+`_v1`); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Pool.Exec(t.Context(), `
				update gisd.collection_version set feature_count = 20000,
					min_lon = 105.9, min_lat = 10.8, max_lon = 107.1, max_lat = 11 where collection_id = $1`, id); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Pool.Exec(t.Context(), `update gisd.collection set updated_at = now()`); err != nil {
				t.Fatal(err)
			}
			if err := s.Catalogue.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			c, err := s.Catalogue.Collection(id, spatial.Access{})
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

// TestBoxFindsWhatHasNoGeometry wants both indexes used where a few of many
// features lack a geometry, and pages and counts that agree on them.
func TestBoxFindsWhatHasNoGeometry(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "bare", Geometry: spatial.GeometryPoint})
	for _, sql := range []string{
		`insert into data.bare_v1 (id, recorded_at, changed_by, geom)
		select i, now(), 'test', case when i % 1000 > 0 then st_setsrid(st_makepoint(106 + i * 0.00005, 10.9), 4326) end
		from generate_series(1, 20000) i`,
		`analyze data.bare_v1`,
		`update gisd.collection_version set feature_count = 20000, without_geometry = 20,
			min_lon = 105.9, min_lat = 10.8, max_lon = 107.1, max_lat = 11`,
		`update gisd.collection set updated_at = now()`,
	} {
		if _, err := s.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Catalogue.Collection("bare", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		box     spatial.Envelope
		want    int
		indexes []string
	}{
		{"inside", spatial.Envelope{SRID: 4326, MinX: 106.5, MinY: 10.8, MaxX: 106.51, MaxY: 11}, 220, []string{"bare_v1_geom_idx", "bare_v1_id_idx"}},
		{"elsewhere", spatial.Envelope{SRID: 4326, MinX: 1, MinY: 1, MaxX: 2, MaxY: 2}, 20, []string{"bare_v1_id_idx"}},
	} {
		q := spatial.Query{Limit: 7, BBox: &tt.box}
		plan, err := s.features.ExplainBox(t.Context(), c, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, index := range tt.indexes {
			if !strings.Contains(plan, index) {
				t.Errorf("%s does not use %s:\n%s", tt.name, index, plan)
			}
		}
		if got := len(s.walk(t, c, q)); got != tt.want {
			t.Errorf("%s: %d features, want %d", tt.name, got, tt.want)
		}
		if n, err := s.features.Count(t.Context(), c, q); err != nil || n != int64(tt.want) {
			t.Errorf("%s: count %d, %v, want %d", tt.name, n, err, tt.want)
		}
	}
}

// A selective filter on geometry in a large collection does not walk the ids, nor
// the order.
func TestSpatialFilterUsesItsIndex(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "plan", SRID: 9210, Geometry: spatial.GeometryPoint, Features: fixture.Points(10)})
	for _, sql := range []string{
		`insert into data.plan_v1 (id, name, count, recorded_at, changed_by, geom)
		select i, 'Tên ' || i, i, now(), 'test', st_setsrid(st_makepoint(550000 + i % 300 * 100, 1190000 + i / 300 * 100), 9210)
		from generate_series(100, 30000) i`,
		`create index on data.plan_v1 (count, id)`,
		`analyze data.plan_v1`,
		`update gisd.collection_version set min_lon = 106, min_lat = 10.5, max_lon = 107, max_lat = 11.5, feature_count = 29911`,
		`update gisd.collection set updated_at = now()`,
	} {
		if _, err := s.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Catalogue.Collection("plan", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range []string{
		"S_INTERSECTS(geometry, BBOX(106.21, 10.77, 106.22, 10.78))",
		"count > 5 AND S_WITHIN(geometry, POLYGON((106.21 10.77, 106.22 10.77, 106.22 10.78, 106.21 10.77)))",
		"DWITHIN(geometry, POINT(106.21 10.77), 300)",
	} {
		n, err := cql.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, sort := range [][]spatial.Sort{nil, sortOf(t, c, "count")} {
			q := spatial.Query{Limit: 3, Filter: n, Sort: sort}
			plan, err := s.features.ExplainBox(t.Context(), c, q)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(plan, "plan_v1_geom_idx") || strings.Contains(plan, "plan_v1_pkey") || strings.Contains(plan, "plan_v1_count_id_idx") {
				t.Errorf("%s does not use the index on geometry alone:\n%s", filter, plan)
			}
			count, err := s.features.Count(t.Context(), c, q)
			if got := s.walk(t, c, q); err != nil || len(got) == 0 || int64(len(got)) != count {
				t.Errorf("%s: %d features of %d, %v", filter, len(got), count, err)
			}
		}
	}
}
