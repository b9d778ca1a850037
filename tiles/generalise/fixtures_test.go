package generalise_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gisd/internal/testdata"
	"gisd/tiles/generalise"
)

type pt = generalise.Point

// parcels reads the real cadastral polygons of a commune (EPSG:9210, metres)
// onto a grid of so many units a metre, y down, the corner of their box at
// origin. Values go round ten land uses. The rings wind
// against the Shapefile's rules, but for holes against their exteriors.
func parcels(tb testing.TB, name string, perMetre float64, origin pt) *generalise.Shapes {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(testdata.Shared(tb, "data"), "vietnam", "parcels_vn2000", name+".shp"))
	if err != nil {
		tb.Fatal(err)
	}
	float := func(at int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b[at:])) }
	minX, maxY := float(36), float(60)
	s := &generalise.Shapes{}
	for at := 100; at+8 < len(b); {
		size := 2 * int(binary.BigEndian.Uint32(b[at+4:]))
		record := at + 8
		at = record + size
		if kind := binary.LittleEndian.Uint32(b[record:]); kind%10 != 5 {
			continue
		}
		parts, points := int(binary.LittleEndian.Uint32(b[record+36:])), int(binary.LittleEndian.Uint32(b[record+40:]))
		first, turned := record+44+4*parts, false
		for k := range parts {
			from, to := int(binary.LittleEndian.Uint32(b[record+44+4*k:])), points
			if k+1 < parts {
				to = int(binary.LittleEndian.Uint32(b[record+48+4*k:]))
			}
			var ring []pt
			for i := from; i < to; i++ {
				x, y := float(first+16*i), float(first+16*i+8)
				ring = append(ring, pt{origin.X + int32(math.Floor((x-minX)*perMetre)), origin.Y + int32(math.Floor((maxY-y)*perMetre))})
			}
			ring = slices.Compact(ring)
			if len(ring) > 1 && ring[0] == ring[len(ring)-1] {
				ring = ring[1:]
			}
			kind := generalise.KindHole
			if k == 0 {
				turned = signed(ring) < 0
			}
			if turned {
				slices.Reverse(ring)
			}
			if signed(ring) > 0 {
				kind = generalise.KindExterior
			}
			s.Points = append(s.Points, ring...)
			s.EndPart(kind)
		}
		n := len(s.Features)
		s.EndFeature(generalise.Feature{Source: int32(n), Value: uint32(n*7/10%10) + 1, Owner: 1})
	}
	if len(s.Features) < 1000 {
		tb.Fatalf("%s: %d parcels", name, len(s.Features))
	}
	return s
}

// signed is the area of a ring; positive runs clockwise on screen.
func signed(ring []pt) float64 {
	var sum float64
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += float64(p.X)*float64(q.Y) - float64(q.X)*float64(p.Y)
	}
	return sum / 2
}

// areas sums the polygons' areas by what key says of their feature.
func areas[K comparable](s *generalise.Shapes, key func(f generalise.Feature) K) map[K]float64 {
	sums := map[K]float64{}
	for i, f := range s.Features {
		from, to := s.PartRange(i)
		for k := from; k < to; k++ {
			switch s.Parts[k].Kind {
			case generalise.KindExterior:
				sums[key(f)] += math.Abs(signed(s.Ring(k)))
			case generalise.KindHole:
				sums[key(f)] -= math.Abs(signed(s.Ring(k)))
			}
		}
	}
	return sums
}

func total(s *generalise.Shapes) float64 {
	return areas(s, func(generalise.Feature) bool { return true })[true]
}

// fabric covers a square of n by n fields of the given side, the corner of the
// first at origin, without a gap: corners are moved at random, borders bend, and
// where junctions is set half of the fields lack the vertices of their
// neighbours' bends, which then lie on a straight border to the nearest unit.
func fabric(r *rand.Rand, origin pt, n int, side int32, junctions bool) *generalise.Shapes {
	jitter := func(p pt, by int32) pt {
		return pt{p.X + r.Int32N(2*by+1) - by, p.Y + r.Int32N(2*by+1) - by}
	}
	corner := make([]pt, (n+1)*(n+1))
	for i := range corner {
		corner[i] = pt{origin.X + int32(i%(n+1))*side, origin.Y + int32(i/(n+1))*side}
		if x, y := i%(n+1), i/(n+1); x > 0 && x < n && y > 0 && y < n {
			corner[i] = jitter(corner[i], side/4)
		}
	}
	bends := map[[2]pt][]pt{}
	border := func(a, b pt, sparse bool) []pt {
		key, turned := [2]pt{a, b}, false
		if a.X > b.X || a.X == b.X && a.Y > b.Y {
			key, turned = [2]pt{b, a}, true
		}
		if _, ok := bends[key]; !ok {
			var way []pt
			for k := range int32(r.IntN(5)) {
				t := float64(k+1) / 6
				p := pt{key[0].X + int32(math.Round(t*float64(key[1].X-key[0].X))), key[0].Y + int32(math.Round(t*float64(key[1].Y-key[0].Y)))}
				if !junctions {
					p = jitter(p, side/40)
				}
				way = append(way, p)
			}
			bends[key] = way
		}
		if sparse {
			return nil
		}
		way := append([]pt(nil), bends[key]...)
		if turned {
			for i, j := 0, len(way)-1; i < j; i, j = i+1, j-1 {
				way[i], way[j] = way[j], way[i]
			}
		}
		return way
	}
	s := &generalise.Shapes{}
	for y := range n {
		for x := range n {
			c := [4]pt{corner[y*(n+1)+x], corner[y*(n+1)+x+1], corner[(y+1)*(n+1)+x+1], corner[(y+1)*(n+1)+x]}
			if r.IntN(2) == 0 {
				c[1], c[3] = c[3], c[1]
			}
			sparse := junctions && (x+y)%2 == 0
			for i, p := range c {
				s.Add(p)
				q := c[(i+1)%4]
				if outer(p, origin, n, side) && outer(q, origin, n, side) {
					continue
				}
				for _, b := range border(p, q, sparse) {
					s.Add(b)
				}
			}
			s.EndPart(generalise.KindExterior)
			s.EndFeature(generalise.Feature{Source: int32(y*n + x), Value: uint32(r.IntN(3)), Owner: uint32(2 * x / n)})
		}
	}
	return s
}

// outer reports whether p lies on the border of the whole fabric.
func outer(p, origin pt, n int, side int32) bool {
	x, y := p.X-origin.X, p.Y-origin.Y
	return x == 0 || y == 0 || x == int32(n)*side || y == int32(n)*side
}

// near keeps the features whose box meets the cell with its margin.
func near(s *generalise.Shapes, c generalise.Cell) *generalise.Shapes {
	out := &generalise.Shapes{}
	for i, f := range s.Features {
		from, to := s.PartRange(i)
		lo, hi := pt{math.MaxInt32, math.MaxInt32}, pt{math.MinInt32, math.MinInt32}
		for k := from; k < to; k++ {
			for _, p := range s.Ring(k) {
				lo, hi = pt{min(lo.X, p.X), min(lo.Y, p.Y)}, pt{max(hi.X, p.X), max(hi.Y, p.Y)}
			}
		}
		m := c.Margin + 1
		if hi.X < c.X-m || hi.Y < c.Y-m || lo.X > c.X+c.Side+m || lo.Y > c.Y+c.Side+m {
			continue
		}
		for k := from; k < to; k++ {
			out.Points = append(out.Points, s.Ring(k)...)
			out.EndPart(s.Parts[k].Kind)
		}
		out.EndFeature(f)
	}
	return out
}

func run(tb testing.TB, src *generalise.Shapes, o generalise.Options) (*generalise.Shapes, generalise.Stats) {
	tb.Helper()
	dst := &generalise.Shapes{}
	stats, err := generalise.New().Run(dst, src, o)
	if err != nil {
		tb.Fatal(err)
	}
	return dst, stats
}
