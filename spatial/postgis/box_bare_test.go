package postgis_test

import (
	"strings"
	"testing"

	"gisd/internal/fixture"
	"gisd/spatial"
)

// TestBoxFindsWhatHasNoGeometry wants both indexes used where a few of many
// features lack a geometry, and pages and counts that agree on them.
func TestBoxFindsWhatHasNoGeometry(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	fixture.Collection(t, s.pool, fixture.Spec{ID: "bare", Geometry: spatial.GeometryPoint})
	for _, sql := range []string{
		`insert into data.bare_v1 (id, recorded_at, changed_by, geom)
		select i, now(), 'test', case when i % 1000 > 0 then st_setsrid(st_makepoint(106 + i * 0.00005, 10.9), 4326) end
		from generate_series(1, 20000) i`,
		`analyze data.bare_v1`,
		`update gisd.collection_version set feature_count = 20000, without_geometry = 20,
			min_lon = 105.9, min_lat = 10.8, max_lon = 107.1, max_lat = 11`,
		`update gisd.collection set updated_at = now()`,
	} {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.catalogue.Collection("bare", spatial.Access{})
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
