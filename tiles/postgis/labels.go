package postgis

import (
	"encoding/binary"
	"math"

	"gisd/spatial"
	"gisd/tiles/label"
	"gisd/tiles/mvt"
)

// labelUnits is how wide or high a feature must be, in tile units, to have a
// label: four pixels of a tile drawn at 512.
const labelUnits = 32

// labelling finds the label points of one layer's features. They are computed
// from the coordinates as stored, so that every tile and zoom comes to the same.
type labelling struct {
	shape  mvt.Shape
	finder label.Finder
	ends   []int
	corner [4]float64
	wkb    [21]byte

	line  bool    // the last one lies on a line
	angle float64 // of it there, as tiles.AngleProperty
}

// point returns the label point of a geometry as WKB, valid until the next
// call; nil where the feature has none, is too small for one at this zoom, or
// has it on another tile. Of several polygons the largest has it, of several
// lines the longest. Errors: mvt.ErrEWKB and those of the projection.
func (l *labelling) point(ewkb []byte, v *tileView) ([]byte, error) {
	xy, err := l.shape.Coordinates(ewkb)
	if err != nil {
		return nil, err
	}
	if ok, err := l.visible(xy, v); err != nil || !ok {
		return nil, err
	}
	x, y, ok := l.find(xy)
	if b := v.box; !ok || x < b.MinX || x > b.MaxX || y < b.MinY || y > b.MaxY {
		return nil, nil
	}
	const point = 1
	b := append(l.wkb[:0], 1)
	b = binary.LittleEndian.AppendUint32(b, point)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(y)), nil
}

// visible compares the geometry's box with the tile's. What is a good part of
// the tile is visible; only of what is small, and so near, corners are projected.
func (l *labelling) visible(xy []float64, v *tileView) (bool, error) {
	box := spatial.EmptyEnvelope(0)
	for i := 0; i+1 < len(xy); i += 2 {
		box = box.Extend(xy[i], xy[i+1])
	}
	if box.Empty() {
		return false, nil
	}
	if box.MaxX-box.MinX > (v.box.MaxX-v.box.MinX)/2 || box.MaxY-box.MinY > (v.box.MaxY-v.box.MinY)/2 {
		return true, nil
	}
	l.corner = [4]float64{box.MinX, box.MinY, box.MaxX, box.MaxY}
	c := l.corner[:]
	if v.grid.Project != nil {
		if err := v.grid.Project(c); err != nil {
			return false, err
		}
	}
	units := v.grid.Scale / float64(uint64(1)<<v.grid.Shift) // of the tile per CRS unit
	return max(math.Abs(c[2]-c[0]), math.Abs(c[3]-c[1]))*units >= labelUnits, nil
}

func (l *labelling) find(xy []float64) (x, y float64, ok bool) {
	parts := l.shape.Parts
	best, size, line := -1, 0.0, true
	for i, p := range parts {
		part := xy[2*p.Start : 2*p.End]
		switch {
		case p.Kind == mvt.ExteriorPart:
			if a := area(part); line || a > size {
				best, size, line = i, a, false
			}
		case p.Kind == mvt.LinePart && line:
			if n := length(part); n > size {
				best, size = i, n
			}
		}
	}
	if l.line = line; best < 0 {
		return 0, 0, false
	}
	from := parts[best].Start
	if line {
		x, y, angle, ok := label.Line(xy[2*from : 2*parts[best].End])
		l.angle = math.Round(-angle*1800/math.Pi) / 10
		return x, y, ok
	}
	l.ends = append(l.ends[:0], parts[best].End-from)
	end := parts[best].End
	for _, p := range parts[best+1:] {
		if p.Kind != mvt.HolePart {
			break
		}
		end = p.End
		l.ends = append(l.ends, end-from)
	}
	x, y, _, ok = l.finder.Polygon(xy[2*from:2*end], l.ends)
	return x, y, ok
}

func area(ring []float64) float64 {
	sum := 0.0
	for i := 2; i+3 < len(ring); i += 2 {
		sum += (ring[i]-ring[0])*(ring[i+3]-ring[1]) - (ring[i+1]-ring[1])*(ring[i+2]-ring[0])
	}
	return math.Abs(sum)
}

func length(line []float64) float64 {
	sum := 0.0
	for i := 2; i+1 < len(line); i += 2 {
		sum += math.Hypot(line[i]-line[i-2], line[i+1]-line[i-1])
	}
	return sum
}
