package demo

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/geom"
)

// site is the generator of one cell of a power diagram (Aurenhammer 1987): the
// cell holds the points whose |p-site|² - weight is least. weight is in m².
type site struct {
	at     orb.Point
	weight float64
}

// powerCell returns the convex cell of sites[i] within the square of the given
// half side around the centre, counter-clockwise and closed.
func powerCell(sites []site, i int, centre orb.Point, half float64) orb.Ring {
	cell := orb.Ring{
		{centre[0] - half, centre[1] - half}, {centre[0] + half, centre[1] - half},
		{centre[0] + half, centre[1] + half}, {centre[0] - half, centre[1] + half},
	}
	a := sites[i]
	for j, b := range sites {
		if j == i {
			continue
		}
		// Points p of cell i satisfy 2 p·(b-a) <= |b|²-|a|² - wb + wa; taken
		// relative to the centre to keep the digits.
		ax, ay := a.at[0]-centre[0], a.at[1]-centre[1]
		bx, by := b.at[0]-centre[0], b.at[1]-centre[1]
		limit := (bx*bx + by*by - ax*ax - ay*ay - b.weight + a.weight) / 2
		cell = cutConvex(cell, bx-ax, by-ay, limit, centre)
	}
	if len(cell) < 3 {
		return nil
	}
	for k := range cell {
		cell[k] = round(cell[k])
	}
	return append(cell, cell[0])
}

// cutConvex keeps the part of an open convex ring where (p-origin)·(nx,ny) <=
// limit (Sutherland and Hodgman 1974).
func cutConvex(ring orb.Ring, nx, ny, limit float64, origin orb.Point) orb.Ring {
	side := func(p orb.Point) float64 { return (p[0]-origin[0])*nx + (p[1]-origin[1])*ny - limit }
	var out orb.Ring
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sp, sq := side(p), side(q)
		if sp <= 0 {
			out = append(out, p)
		}
		if sp < 0 && sq > 0 || sp > 0 && sq < 0 {
			t := sp / (sp - sq)
			out = append(out, orb.Point{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
		}
	}
	return out
}

// intersect returns the parts of shape inside the cell, outer rings
// counter-clockwise; parts under one square metre are dropped.
func intersect(shape orb.MultiPolygon, cell orb.Ring) (orb.MultiPolygon, error) {
	if len(cell) < 4 {
		return nil, nil
	}
	a, err := toFeature(shape)
	if err != nil {
		return nil, err
	}
	b, err := toFeature(orb.MultiPolygon{{cell}})
	if err != nil {
		return nil, err
	}
	both, err := geom.Intersection(a, b)
	if err != nil {
		return nil, fmt.Errorf("demo: intersect: %w", err)
	}
	return fromFeature(both), nil
}

func toFeature(shape orb.MultiPolygon) (geom.Geometry, error) {
	polygons := make([]geom.Polygon, 0, len(shape))
	for _, polygon := range shape {
		rings := make([]geom.LineString, 0, len(polygon))
		for _, ring := range polygon {
			flat := make([]float64, 0, 2*len(ring))
			for _, p := range ring {
				flat = append(flat, p[0], p[1])
			}
			rings = append(rings, geom.NewLineString(geom.NewSequence(flat, geom.DimXY)))
		}
		polygons = append(polygons, geom.NewPolygon(rings))
	}
	multi := geom.NewMultiPolygon(polygons)
	if err := multi.Validate(); err != nil {
		return geom.Geometry{}, fmt.Errorf("demo: %w", err)
	}
	return multi.AsGeometry(), nil
}

func fromFeature(g geom.Geometry) orb.MultiPolygon {
	var out orb.MultiPolygon
	for _, part := range g.Dump() {
		polygon, ok := part.AsPolygon()
		if !ok || polygon.Area() < 1 {
			continue
		}
		polygon = polygon.ForceCCW()
		rings := orb.Polygon{fromRing(polygon.ExteriorRing())}
		for i := range polygon.NumInteriorRings() {
			rings = append(rings, fromRing(polygon.InteriorRingN(i)))
		}
		if len(rings[0]) > 3 {
			out = append(out, rings)
		}
	}
	return out
}

func fromRing(line geom.LineString) orb.Ring {
	seq := line.Coordinates()
	ring := make(orb.Ring, 0, seq.Length())
	for i := range seq.Length() {
		xy := seq.GetXY(i)
		p := round(orb.Point{xy.X, xy.Y})
		if n := len(ring); n == 0 || ring[n-1] != p {
			ring = append(ring, p)
		}
	}
	return ring
}
