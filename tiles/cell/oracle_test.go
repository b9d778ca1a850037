package cell_test

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gisd/internal/testdb"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

// figures are of one polygon feature on a tile, in units and square units.
type figures struct{ area, perimeter float64 }

func measure(tb testing.TB, tile []byte) map[uint64]figures {
	tb.Helper()
	layers, err := mvttest.Check(tile)
	if err != nil {
		tb.Fatal(err)
	}
	out := map[uint64]figures{}
	for _, l := range layers {
		for _, f := range l.Features {
			g := out[f.ID]
			for _, ring := range f.Parts {
				g.area += float64(mvttest.Area2(ring)) / 2
				for i, p := range ring {
					q := ring[(i+1)%len(ring)]
					g.perimeter += math.Hypot(float64(q[0]-p[0]), float64(q[1]-p[1]))
				}
			}
			out[f.ID] = g
		}
	}
	return out
}

// TestAreasAgainstAsMVT compares tiles with PostGIS's: the area of a layer on a
// tile within 1 %, that of a polygon within 1 % and half a unit times its
// perimeter, and a feature that PostGIS draws is there.
func TestAreasAgainstAsMVT(t *testing.T) {
	t.Parallel()
	parcels := realParcels(t)
	pool := testdb.DB(t)
	ctx := t.Context()
	band14, _ := cell.BandOf(14)
	random := randomPolygons(rand.New(rand.NewPCG(10, 1)), tiles.Coord{Z: 14, X: 13000, Y: 7700}, 300)
	for _, tt := range []struct {
		name, geom string
		s          *source
	}{
		{"parcels", "st_transform(st_setsrid($1::bytea::geometry, 9210), 3857)", parcels},
		{"random", "st_setsrid($1::bytea::geometry, 3857)", random},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := "oracle_" + tt.name
			if _, err := pool.Exec(ctx, "create table data."+table+" (id bigint primary key, geom geometry)"); err != nil {
				t.Fatal(err)
			}
			at := middle(t, tt.s, band14)
			near := nearby(t, tt.s, band14, at)
			for _, r := range near.rows {
				if _, err := pool.Exec(ctx, "insert into data."+table+" select $2, "+tt.geom, r.ewkb, int64(r.meta.ID)); err != nil {
					t.Fatal(err)
				}
			}
			rng := rand.New(rand.NewPCG(11, 1))
			compared := 0
			for z := uint32(12); z <= 18; z++ {
				for range 5 {
					c := tiles.Coord{Z: z}
					if z < 14 {
						c.X, c.Y = at.X>>(14-z), at.Y>>(14-z)
					} else {
						c.X, c.Y = at.X<<(z-14)+rng.Uint32N(1<<(z-14)), at.Y<<(z-14)+rng.Uint32N(1<<(z-14))
					}
					var want []byte
					err := pool.QueryRow(ctx, `with q as (select id, st_asmvtgeom(geom, st_tileenvelope($1, $2, $3), 4096, 64, true) g from data.`+table+`)
						select st_asmvt(q, 'parcels', 4096, 'g', 'id') from q where g is not null`, int32(c.Z), int32(c.X), int32(c.Y)).Scan(&want)
					if err != nil {
						t.Fatal(err)
					}
					band, _ := cell.BandOf(z)
					compared += compare(t, c, measure(t, direct(t, near, band, c, 1)), measure(t, want))
				}
			}
			if compared < 1000 {
				t.Errorf("only %d polygons compared", compared)
			}
		})
	}
}

func compare(t *testing.T, at tiles.Coord, got, want map[uint64]figures) int {
	t.Helper()
	var ours, theirs float64
	for id, w := range want {
		g, ok := got[id]
		if !ok {
			t.Errorf("%v: polygon %d is missing", at, id)
		}
		if math.Abs(g.area-w.area) > w.area/100+max(g.perimeter, w.perimeter)/2 {
			t.Errorf("%v: polygon %d has an area of %.1f, want %.1f; perimeter %.1f", at, id, g.area, w.area, w.perimeter)
		}
		theirs += w.area
	}
	for id, g := range got {
		ours += g.area
		if _, ok := want[id]; !ok && g.area > g.perimeter/2 {
			t.Errorf("%v: polygon %d of area %.1f is one too many", at, id, g.area)
		}
	}
	if math.Abs(ours-theirs) > theirs/100 {
		t.Errorf("%v: the layer has an area of %.0f, want %.0f", at, ours, theirs)
	}
	return len(want)
}

// nearby are the rows that come near a cell.
func nearby(tb testing.TB, s *source, band cell.Band, at tiles.Coord) *source {
	tb.Helper()
	near := &source{project: s.project}
	var shape mvt.Shape
	for _, r := range s.rows {
		if err := s.lattice(band).Read(&shape, r.ewkb); err != nil {
			tb.Fatal(err)
		}
		lo, hi, _ := shape.Bounds()
		if from, to := band.Covering(lo, hi); from.X <= at.X && at.X <= to.X && from.Y <= at.Y && at.Y <= to.Y {
			near.rows = append(near.rows, r)
		}
	}
	return near
}

// randomPolygons are valid jagged polygons with holes, of all sizes, on a cell.
func randomPolygons(rng *rand.Rand, at tiles.Coord, n int) *source {
	e := square.Envelope(at, tiles.Extent, 0)
	width := e.MaxX - e.MinX
	s := &source{}
	for id := 1; id <= n; id++ {
		x, y := e.MinX+width*(1.2*rng.Float64()-0.1), e.MinY+width*(1.2*rng.Float64()-0.1)
		size := width * math.Exp(-8*rng.Float64())
		s.rows = append(s.rows, attributed(id, polygon(star(rng, x, y, size, 5+rng.IntN(60)), star(rng, x, y, size*0.2, 3+rng.IntN(20)))))
	}
	return s
}

// TestPolygonsAreValid has PostGIS judge the polygons of tiles of random shapes,
// among them rings that cross themselves, and of parcels. Our own check, which
// other tests rely on, must agree.
func TestPolygonsAreValid(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	var polygons [][]byte
	var ours []error
	collect := func(tile []byte) {
		layers, err := mvttest.Check(tile)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range layers {
			for _, f := range l.Features {
				if f.Type == mvttest.Polygon {
					polygons, ours = append(polygons, multipolygon(f)), append(ours, mvttest.Valid(f))
				}
			}
		}
	}
	for _, band := range cell.Bands() {
		rng := rand.New(rand.NewPCG(12, uint64(band.First)))
		at := tiles.Coord{Z: band.First, X: min(5, uint32(1)<<band.First-1), Y: min(3, uint32(1)<<band.First-1)}
		s := randomShapes(rng, band, at, 200)
		for z := band.First; z <= band.Last; z++ {
			for range 3 {
				d := z - band.First
				collect(direct(t, s, band, tiles.Coord{Z: z, X: at.X<<d + rng.Uint32N(1<<d), Y: at.Y<<d + rng.Uint32N(1<<d)}, 1))
			}
		}
	}
	s := realParcels(t)
	for z := uint32(8); z <= 16; z += 2 {
		band, _ := cell.BandOf(z)
		at := middle(t, s, cell.Band{First: 14, Last: 18})
		c := tiles.Coord{Z: z, X: at.X, Y: at.Y}
		if z < 14 {
			c.X, c.Y = at.X>>(14-z), at.Y>>(14-z)
		} else {
			c.X, c.Y = at.X<<(z-14)+1, at.Y<<(z-14)+1
		}
		collect(direct(t, s, band, c, 1))
	}
	rows, err := pool.Query(t.Context(), `select n, st_isvalidreason(g::geometry) from unnest($1::bytea[]) with ordinality as u (g, n)`, polygons)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var reason string
		if err := rows.Scan(&n, &reason); err != nil {
			t.Fatal(err)
		}
		if (reason == "Valid Geometry") != (ours[n-1] == nil) {
			t.Errorf("polygon %d: PostGIS says %q, our check %v", n, reason, ours[n-1])
		} else if reason != "Valid Geometry" {
			t.Errorf("polygon %d: %s", n, reason)
		}
	}
	if rows.Err() != nil || len(polygons) < 2000 {
		t.Errorf("%d polygons, %v", len(polygons), rows.Err())
	}
}

// multipolygon is the feature as WKB.
func multipolygon(f mvttest.Feature) []byte {
	var members [][]byte
	var rings [][]float64
	for i := 0; i <= len(f.Parts); i++ {
		if len(rings) > 0 && (i == len(f.Parts) || mvttest.Area2(f.Parts[i]) > 0) {
			members, rings = append(members, polygon(rings...)), nil
		}
		if i == len(f.Parts) {
			break
		}
		var xy []float64
		for _, p := range f.Parts[i] {
			xy = append(xy, float64(p[0]), float64(p[1]))
		}
		rings = append(rings, append(xy, xy[0], xy[1]))
	}
	out := collection(6, len(members))
	for _, m := range members {
		out = append(out, m...)
	}
	return out
}
