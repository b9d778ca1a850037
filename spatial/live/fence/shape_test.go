package fence_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"gisd/internal/testdata"
	"gisd/spatial/live/fence"
)

// Points in and around areas, many on edges and corners, and ways between them.
func TestShapesAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	r := rand.New(rand.NewPCG(3, 3))
	o := newOracle(t)
	o.exec(onPlane)
	points := func(g orb.Geometry, n int) []orb.Point {
		b := g.Bound().Pad(grain)
		list := make([]orb.Point, n)
		for i := range list {
			list[i] = orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
			if i%2 == 0 {
				list[i] = orb.Point{snap(list[i][0]), snap(list[i][1])}
			}
		}
		if p, ok := g.(orb.Polygon); ok {
			list = append(list, p[0]...)
		}
		return list
	}
	for _, a := range append(areas(r, 60, saigon, 0.01), lines(r, 10, saigon)...) {
		s := fence.NewShape(a.geometry)
		asked := points(a.geometry, 60)
		others := make([]orb.Point, len(asked))
		var coordinates [4][]float64
		for i, p := range asked {
			others[i] = asked[(i*7+1)%len(asked)]
			for j, v := range []float64{p[0], p[1], others[i][0], others[i][1]} {
				coordinates[j] = append(coordinates[j], v)
			}
		}
		rows, err := o.tx.Query(t.Context(), `
			select st_covers(g, p) and st_dimension(g) = 2, st_covers(g, q) and st_dimension(g) = 2,
				st_intersects(g, st_makeline(p, q)), pg_temp.on_plane(p, g)
			from (select st_geomfromwkb($1, 4326) as g) shape,
				lateral (
					select n, st_setsrid(st_makepoint(x, y), 4326) as p, st_setsrid(st_makepoint(u, v), 4326) as q
					from unnest($2::float8[], $3::float8[], $4::float8[], $5::float8[]) with ordinality as points (x, y, u, v, n)
				) ways
			order by n`, wkb.MustMarshal(a.geometry), coordinates[0], coordinates[1], coordinates[2], coordinates[3])
		if err != nil {
			t.Fatal(err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[relation])
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range found {
			p, q := asked[i], others[i]
			if got := s.Covers(p[0], p[1]); got != want.Covers {
				t.Errorf("%s covers %v: %v, PostGIS says %v", a.id, p, got, want.Covers)
			}
			if got := s.Touches(p[0], p[1], q[0], q[1]); !want.Covers && !want.CoversOther && p != q && got != want.Touches {
				t.Errorf("%s touches %v-%v: %v, PostGIS says %v", a.id, p, q, got, want.Touches)
			}
			got, ok := s.DistanceMeters(p[0], p[1], 2000)
			if ok != (want.Distance <= 2000) && math.Abs(want.Distance-2000) > 0.001 || ok && math.Abs(got-want.Distance) > 0.001 {
				t.Errorf("%s is %v m from %v, %v; PostGIS says %v", a.id, got, p, ok, want.Distance)
			}
		}
	}
}

// relation is how a point, and the way to another one, lie to a shape.
type relation struct {
	Covers, CoversOther, Touches bool
	Distance                     float64
}

// Distances of points are the geodesic ones.
func TestMetersAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	r := rand.New(rand.NewPCG(4, 4))
	o := newOracle(t)
	for range 300 {
		lon, lat := 360*r.Float64()-180, 160*r.Float64()-80
		reach := 0.06 * r.Float64()
		lon2, lat2 := lon+reach*r.NormFloat64()/math.Cos(lat*math.Pi/180)/3, lat+reach*r.NormFloat64()/3
		var want float64
		if err := o.tx.QueryRow(t.Context(), `select st_distance(st_point($1, $2)::geography, st_point($3, $4)::geography)`,
			lon, lat, lon2, lat2).Scan(&want); err != nil {
			t.Fatal(err)
		}
		if got := fence.Meters(lon, lat, lon2, lat2); want < 10_000 && math.Abs(got-want) > 0.002 {
			t.Errorf("%v %v to %v %v: %v m, PostGIS says %v", lon, lat, lon2, lat2, got, want)
		}
	}
}

func TestNoShape(t *testing.T) {
	t.Parallel()
	for _, g := range []orb.Geometry{nil, orb.Point{1, 2}, orb.Polygon{}, orb.LineString{{1, 2}, {1, 2}}} {
		if s := fence.NewShape(g); s != nil {
			t.Errorf("%v has a shape", g)
		}
	}
}
