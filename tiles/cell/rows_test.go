package cell_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/shapefile"
	"gisd/internal/testdata"
	"gisd/spatial/crs"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
)

var (
	square = tiles.WebMercatorQuad()
	keys   = []string{"code", "land_use", "commune", "sheet", "number", "area"}
)

// row is a feature as a table has it.
type row struct {
	meta    cell.Meta
	ewkb    []byte
	code    string
	use     string
	commune string
	sheet   int64
	number  int64
	area    float64
}

type sink interface {
	String(key int, v []byte) error
	Integer(key int, v int64)
	Double(key int, v float64)
}

func (r *row) properties(tb testing.TB, s sink) {
	for i, v := range []string{r.code, r.use, r.commune} {
		if v == "" {
			continue
		}
		if err := s.String(i, []byte(v)); err != nil {
			tb.Fatal(err)
		}
	}
	s.Integer(3, r.sheet)
	s.Integer(4, r.number)
	s.Double(5, r.area)
}

// source is rows and how their coordinates become web Mercator.
type source struct {
	rows    []row
	project func([]float64) error
}

func (s *source) lattice(b cell.Band) mvt.Lattice {
	l := b.Lattice(square)
	l.Project = s.project
	return l
}

var uses = [...]string{"ONT", "ODT", "CLN", "LUC", "BHK", "NTS", "SKK", "SKC", "TMD", "DGT"}

// attributed fills in what is not geometry.
func attributed(id int, ewkb []byte) row {
	r := row{meta: cell.Meta{ID: uint64(id), Owner: uint32(id / 50 % 5), Rank: uint16(id * 7 % 100)}, ewkb: ewkb,
		code: fmt.Sprintf("thửa-%07d", id), use: uses[id*7%10], commune: fmt.Sprintf("Xã số %d", id/400), sheet: int64(id / 50),
		number: int64(id % 500), area: float64(id*id%5000) / 8}
	if id%17 == 0 {
		r.use = ""
	}
	return r
}

// realParcels are the parcels of a commune, in EPSG:9210.
func realParcels(tb testing.TB) *source {
	tb.Helper()
	ctx := tb.Context()
	src, err := importertest.Open(tb, shapefile.Format{}, testdata.Shared(tb, "data/vietnam/parcels_vn2000/chauhoa.shp"))
	if err != nil {
		tb.Fatal(err)
	}
	defer src.Close()
	s := &source{}
	err = src.Read(ctx, func(r *importers.Record) error {
		if r.Err == nil && r.Geometry != nil {
			s.rows = append(s.rows, attributed(len(s.rows)+1, append([]byte(nil), r.Geometry...)))
		}
		return nil
	})
	if err != nil || len(s.rows) < 5000 {
		tb.Fatalf("%d parcels, %v", len(s.rows), err)
	}
	t, err := crs.NewTransform(9210, 3857)
	if err != nil {
		tb.Fatal(err)
	}
	s.project = func(xy []float64) error { return t.Flat(xy, 2) }
	return s
}

// randomShapes are n features of every kind in web Mercator, from points to
// polygons larger than a cell, around the middle of a cell of the band.
func randomShapes(rng *rand.Rand, band cell.Band, at tiles.Coord, n int) *source {
	e := square.Envelope(at, tiles.Extent, 0)
	width := e.MaxX - e.MinX
	s := &source{}
	for id := 1; id <= n; id++ {
		x, y := e.MinX+width*(1.6*rng.Float64()-0.3), e.MinY+width*(1.6*rng.Float64()-0.3)
		size := width * math.Exp(-9*rng.Float64()+1)
		var b []byte
		switch rng.IntN(8) {
		case 0:
			b = point(x, y)
		case 1:
			b = append(collection(4, 2), append(point(x, y), point(x+size, y)...)...)
		case 2:
			b = path(2, wander(rng, x, y, size, 2+rng.IntN(30)))
		case 3:
			a := polygon(star(rng, x, y, size, 3+rng.IntN(40)))
			b = append(append(collection(6, 2), a...), polygon(star(rng, x+2*size, y, size, 3+rng.IntN(10)))...)
		case 4:
			b = polygon(star(rng, x, y, size, 5+rng.IntN(40)), star(rng, x, y, size*0.2, 3+rng.IntN(20)))
		case 5: // thin, and winding around the cell
			b = polygon(append(wander(rng, x, y, size, 3+rng.IntN(12)), x, y))
		case 6:
			b = append(collection(7, 2), append(polygon(star(rng, x, y, size, 9)), path(2, wander(rng, x, y, size, 4))...)...)
		default:
			b = polygon(star(rng, x, y, size, 3+rng.IntN(12)))
		}
		s.rows = append(s.rows, attributed(id, b))
	}
	return s
}

func star(rng *rand.Rand, x, y, radius float64, n int) (xy []float64) {
	for i := range n {
		a, r := 2*math.Pi*float64(i)/float64(n), radius*(0.3+0.7*rng.Float64())
		xy = append(xy, x+r*math.Cos(a), y+r*math.Sin(a))
	}
	return append(xy, xy[0], xy[1])
}

func wander(rng *rand.Rand, x, y, size float64, n int) (xy []float64) {
	for range n {
		xy = append(xy, x, y)
		x, y = x+size*(rng.Float64()-0.5), y+size*(rng.Float64()-0.5)
	}
	return xy
}

func point(x, y float64) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{1}, 1)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(y))
}

func collection(typ uint32, n int) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32([]byte{1}, typ), uint32(n))
}

func path(typ uint32, xy []float64) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{1}, typ)
	return coordinates(b, xy)
}

func coordinates(b []byte, xy []float64) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(xy)/2))
	for _, v := range xy {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func polygon(rings ...[]float64) []byte {
	b := collection(3, len(rings))
	for _, r := range rings {
		b = coordinates(b, r)
	}
	return b
}
