package overview

import (
	"math"

	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
)

// world is the side of the square of WebMercatorQuad in metres of the map.
const world = 2 * math.Pi * 6378137

// Size is how much of the map a feature takes: square metres, metres for a line,
// nothing for a point.
type Size float64

// SizeOf measures a shape in positions of WebMercatorQuad's lattice of 2^bits a
// side.
func SizeOf(s *mvt.Shape, bits uint) Size {
	if len(s.Parts) == 0 || s.Parts[0].Kind == mvt.PointPart {
		return 0
	}
	position := world / float64(uint64(1)<<bits)
	m := measure(s) * position
	if s.Parts[0].Kind >= mvt.ExteriorPart {
		m *= position
	}
	return Size(m)
}

// Rank is the rank of a feature of that size, for cell.Meta. What is a pixel or
// more at a zoom stays alone there if the budget allows.
func (s Size) Rank(id uint64) uint16 { return uint16(generalise.RankOf(float64(s), id)) }

// alone is the least rank of a feature, of that kind, that is a pixel or more at
// a zoom (1/512 of a tile), in area or in length.
func alone(z uint32, k generalise.Kind) generalise.Rank {
	const chance = 31 // the bits by which features of one size differ
	side := world / 512 / float64(uint64(1)<<z)
	switch k {
	case generalise.KindPoint:
		return 0
	case generalise.KindLine:
		return generalise.RankOf(side, 0) &^ chance
	}
	return generalise.RankOf(side*side, 0) &^ chance
}

// measure is the area of polygons, the length of lines, else 1; in positions.
func measure(s *mvt.Shape) float64 {
	sum := 0.0
	for _, p := range s.Parts {
		ps := s.Positions[p.Start:p.End]
		switch p.Kind {
		case mvt.PointPart:
			sum++
		case mvt.LinePart:
			for i := 1; i < len(ps); i++ {
				// Whole numbers, whose sum does not depend on the order.
				sum += math.Round(math.Hypot(float64(ps[i].X-ps[i-1].X), float64(ps[i].Y-ps[i-1].Y)))
			}
		default:
			area := 0.0
			for i := 1; i+1 < len(ps); i++ {
				area += float64(ps[i].X-ps[0].X)*float64(ps[i+1].Y-ps[0].Y) - float64(ps[i].Y-ps[0].Y)*float64(ps[i+1].X-ps[0].X)
			}
			if area = math.Abs(area) / 2; p.Kind == mvt.HolePart {
				area = -area
			}
			sum += area
		}
	}
	return sum
}
