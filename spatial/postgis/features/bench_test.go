package features_test

import (
	"testing"
	"time"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/features"
	"gisd/spatial/postgis/search"
)

// BenchmarkQuery reads pages of a million squares. Their ids run by latitude, so
// that a box in the north is far down a walk by id.
func BenchmarkQuery(b *testing.B) {
	pool := testdb.DB(b)
	fixture.Collection(b, pool, fixture.Spec{ID: "million", SRID: 9210, Geometry: spatial.GeometryPolygon})
	for _, sql := range []string{
		`insert into data.million_v1 (name, count, id, recorded_at, changed_by, geom)
		select 'Thửa ' || i, i % 1000, i, now(), 'bench', st_makeenvelope(
			560000 + (i % 1000) * 60, 1200000 + (i / 1000) * 60,
			560000 + (i % 1000) * 60 + 50, 1200000 + (i / 1000) * 60 + 50, 9210)
		from generate_series(1, 1000000) i`,
		`vacuum analyze data.million_v1`,
		`update gisd.collection_version set feature_count = 1000000,
			min_lon = 106.2, min_lat = 10.8, max_lon = 107, max_lat = 11.5`,
		`update gisd.collection set updated_at = now()`,
	} {
		if _, err := pool.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	db := postgis.NewDB(pool, nil)
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(b.Context()); err != nil {
		b.Fatal(err)
	}
	reader := features.NewStore(db, catalogue)
	c, err := catalogue.Collection("million", spatial.Access{})
	if err != nil {
		b.Fatal(err)
	}
	box := func(minX, minY, maxX, maxY float64) *spatial.Envelope {
		return &spatial.Envelope{SRID: 4326, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY}
	}
	north, half, world := box(106.4, 11.35, 106.41, 11.36), box(106.3, 10.85, 106.6, 11.45), box(-180, -90, 180, 90)
	name, _ := c.Field("name")
	lateName := "Thửa 900000"
	late := &spatial.Position{ID: "900000", Values: []*string{&lateName}}
	for _, bm := range []struct {
		name string
		q    spatial.Query
		want int
	}{
		{"first page of 100", spatial.Query{Limit: 100}, 100},
		{"page of 100 at 900000", spatial.Query{Limit: 100, After: &spatial.Position{ID: "900000"}}, 100},
		{"page of 10000", spatial.Query{Limit: 10000}, 10000},
		{"small box, 100", spatial.Query{Limit: 100, BBox: north}, 100},
		{"small box after the middle, 10", spatial.Query{Limit: 10, BBox: north, After: &spatial.Position{ID: "500000"}}, 10},
		{"half of all, 100", spatial.Query{Limit: 100, BBox: half}, 100},
		{"half of all at 900000, 100", spatial.Query{Limit: 100, BBox: half, After: &spatial.Position{ID: "900000"}}, 100},
		{"by name, first page of 100", spatial.Query{Limit: 100, Sort: []spatial.Sort{{Field: name}}}, 100},
		{"by name, page of 100 at 900000", spatial.Query{Limit: 100, Sort: []spatial.Sort{{Field: name}}, After: late}, 100},
		{"the world, 100", spatial.Query{Limit: 100, BBox: world}, 100},
		{"the north half, 100", spatial.Query{Limit: 100, BBox: box(106.2, 11.2, 107, 11.5)}, 100},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				page, err := reader.Query(b.Context(), c, bm.q)
				if err != nil || len(page.Features) != bm.want {
					b.Fatalf("%d features, %v", len(page.Features), err)
				}
			}
		})
	}
	b.Run("count half of all", func(b *testing.B) {
		for b.Loop() {
			if n, err := reader.Count(b.Context(), c, spatial.Query{BBox: half}); err != nil || n == 0 {
				b.Fatal(n, err)
			}
		}
	})
	store := collections.NewStore(db, catalogue)
	started := time.Now()
	err = store.Update(b.Context(), spatial.SystemAccess("bench"), "million", spatial.CollectionPatch{SearchField: &name.Name})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("index of a million names: %v", time.Since(started).Round(100*time.Millisecond))
	named := search.NewStore(db, catalogue)
	for _, question := range []string{"thua 123456", "123456", "thua", "t", "99 thua"} {
		b.Run("search "+question, func(b *testing.B) {
			for b.Loop() {
				if hits, err := named.Search(b.Context(), question, spatial.Access{}, 10); err != nil || len(hits) == 0 {
					b.Fatal(hits, err)
				}
			}
		})
	}
}
