package filter

import (
	"encoding/binary"
	"math"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis/sql"
)

// boxFilter turns a box in any supported SRID into a condition that the index on
// geometry serves and the exact test that goes with it, both in the storage
// SRID. Features without geometry match every box. A box across the antimeridian becomes two.
func boxFilter(c *spatial.Collection, box spatial.Envelope) (Conditions, error) {
	const op = "postgis: filter by box"
	if c.GeometryType == spatial.GeometryNone {
		return Conditions{}, nil
	}
	if box.Empty() {
		return outside(c), nil
	}
	system, ok := crs.Lookup(box.SRID)
	if !ok {
		return Conditions{}, spatial.Invalid(op, "boxes in this reference system are not supported",
			spatial.FieldError{Name: "bbox-crs", Reason: box.SRID.String()})
	}
	if !system.Geographic {
		whole, err := holdsExtent(c, box)
		if err != nil || whole {
			return Conditions{}, err
		}
	}
	parts := []spatial.Envelope{box}
	if box.MinX > box.MaxX {
		if !system.Geographic {
			return Conditions{}, spatial.Invalid(op, "the box has its west side east of its east side",
				spatial.FieldError{Name: "bbox", Reason: "minimum above maximum"})
		}
		west, east := box, box
		west.MaxX, east.MinX = 180, -180
		parts = []spatial.Envelope{west, east}
	}
	var (
		boxes, exact []sql.Fragment
		share        float64
	)
	for _, part := range parts {
		part, covered, err := clipToExtent(c, part)
		if err != nil {
			return Conditions{}, err
		}
		if covered <= 0 {
			continue
		}
		share += covered
		index, area, err := boxCondition(c, part)
		if err != nil {
			return Conditions{}, err
		}
		boxes, exact = append(boxes, index), append(exact, area)
	}
	switch len(boxes) {
	case 0:
		return outside(c), nil
	case 2:
		boxes[0], exact[0] = either(boxes[0], boxes[1]), either(exact[0], exact[1])
	}
	if c.WithoutGeometry > 0 {
		boxes[0], exact[0] = either(boxes[0], withoutGeometry()), either(exact[0], withoutGeometry())
	}
	return Conditions{Share: share, Index: boxes[0], exact: exact[0]}, nil
}

// holdsExtent reports whether a box in a projected system holds the south-western
// and the north-eastern corner of the extent of a collection. Such boxes are made
// from the published extent by programs that convert these two corners alone, and
// mean all of it; the grid being turned by up to a degree, features near the
// other two corners would lie outside. Implementations of the conversion differ by
// some decimetres.
func holdsExtent(c *spatial.Collection, box spatial.Envelope) (bool, error) {
	e := c.Extent
	if e.Empty() || e.MinX > e.MaxX {
		return false, nil
	}
	to, err := crs.NewTransform(e.SRID, box.SRID)
	if err != nil {
		return false, err
	}
	west, south, err := to.Point(e.MinX, e.MinY)
	if err != nil {
		return false, nil // what is out of reach is in no box
	}
	east, north, err := to.Point(e.MaxX, e.MaxY)
	if err != nil {
		return false, nil
	}
	slack := min(2, math.Hypot(east-west, north-south)/1000)
	within := func(v, least, most float64) bool { return v >= least-slack && v <= most+slack }
	return within(west, box.MinX, box.MaxX) && within(east, box.MinX, box.MaxX) &&
		within(south, box.MinY, box.MaxY) && within(north, box.MinY, box.MaxY), nil
}

// outside is the filter of a box that meets no geometry.
func outside(c *spatial.Collection) Conditions {
	if c.WithoutGeometry == 0 {
		return Conditions{Nothing: true}
	}
	return Conditions{others: []sql.Fragment{withoutGeometry()}}
}

// withoutGeometry is the condition of the index of such features, which a version
// has where the catalogue counts any. A plain "is null" would draw the planner to
// the index on geometry, of which nulls need every page read.
func withoutGeometry() sql.Fragment { return sql.Lit("(t.geom is null) is true") }

func either(a, b sql.Fragment) sql.Fragment {
	return sql.Concat(sql.Lit("("), a, sql.Lit(" or "), b, sql.Lit(")"))
}

// clipToExtent cuts the box to where the collection has features, with a margin,
// so that "the whole world" can be converted to a local system, and returns which
// share of the extent is left: 0 where the two do not meet.
func clipToExtent(c *spatial.Collection, box spatial.Envelope) (spatial.Envelope, float64, error) {
	all := c.Whole().Extent
	if all.Empty() {
		return box, 0, nil
	}
	if all.MinX > all.MaxX {
		return box, 1, nil
	}
	to, err := crs.NewTransform(all.SRID, box.SRID)
	if err != nil {
		return box, 0, err
	}
	extent, err := to.Envelope(all)
	if err != nil {
		return box, 0, err
	}
	if extent.Empty() {
		return box, 1, nil
	}
	// Metres or degrees; the extent was rounded outwards already.
	margin := 1.0
	if system, ok := crs.Lookup(box.SRID); ok && system.Geographic {
		margin = 1e-5
	}
	extent.MinX, extent.MinY = extent.MinX-margin, extent.MinY-margin
	extent.MaxX, extent.MaxY = extent.MaxX+margin, extent.MaxY+margin
	box.MinX, box.MinY = math.Max(box.MinX, extent.MinX), math.Max(box.MinY, extent.MinY)
	box.MaxX, box.MaxY = math.Min(box.MaxX, extent.MaxX), math.Min(box.MaxY, extent.MaxY)
	if box.MinX > box.MaxX || box.MinY > box.MaxY {
		return box, 0, nil
	}
	share := (box.MaxX - box.MinX) / (extent.MaxX - extent.MinX) * (box.MaxY - box.MinY) / (extent.MaxY - extent.MinY)
	return box, math.Max(share, math.SmallestNonzeroFloat64), nil
}

// boxCondition returns the two conditions for a box that does not cross the
// antimeridian.
func boxCondition(c *spatial.Collection, box spatial.Envelope) (index, exact sql.Fragment, err error) {
	if !crs.Supported(c.SRID) {
		// The database knows systems that Go does not. A subquery, so that the
		// box is converted once and not for each row.
		polygon, _ := boxPolygon(box, nil)
		area := sql.Concat(sql.Lit("(select st_transform(st_geomfromewkb("), sql.Arg(polygon), sql.Lit("), "),
			sql.Arg(int32(c.SRID)), sql.Lit("::integer))"))
		return sql.Concat(sql.Lit("t.geom && "), area), sql.Concat(sql.Lit("st_intersects(t.geom, "), area, sql.Lit(")")), nil
	}
	to, err := crs.NewTransform(box.SRID, c.SRID)
	if err != nil {
		return index, exact, err
	}
	envelope, err := to.Envelope(box)
	if err != nil {
		return index, exact, err
	}
	area, inner := boxPolygon(box, to)
	index = sql.Concat(sql.Lit("t.geom && "), boxFragment(envelope))
	exact = sql.Concat(sql.Lit("st_intersects(t.geom, st_geomfromewkb("), sql.Arg(area), sql.Lit("))"))
	if !inner.Empty() && inner.MinX <= inner.MaxX {
		// Most features of a large box lie well inside, and comparing boxes is a
		// tenth of the work of the exact test.
		exact = sql.Concat(sql.Lit("(t.geom @ "), boxFragment(inner), sql.Lit(" or "), exact, sql.Lit(")"))
	}
	return index, exact, nil
}

func boxFragment(e spatial.Envelope) sql.Fragment {
	return sql.Concat(sql.Lit("st_makeenvelope("), sql.List(sql.Arg(e.MinX), sql.Arg(e.MinY), sql.Arg(e.MaxX), sql.Arg(e.MaxY), sql.Arg(int32(e.SRID))), sql.Lit(")"))
}

// boxSteps is how many straight pieces stand for an edge of the box in another
// system. A piece of 300 m along a parallel bends by less than 1 mm up to 26° N;
// beyond 150 km the pieces grow.
func boxSteps(box spatial.Envelope) int {
	length := math.Max(box.MaxX-box.MinX, box.MaxY-box.MinY)
	if system, ok := crs.Lookup(box.SRID); ok && system.Geographic {
		length *= 111_320
	}
	return int(min(max(math.Ceil(length/300), 4), 512))
}

// boxPolygon is the box as EWKB, its edges walked and converted; to is nil for
// no conversion. Positions out of reach are left out. inner is a box in the same
// system that lies within the polygon, empty where none is known:
//
//	+--~~~~--+   the converted edges bend a little;
//	|:......:|   inner ends at the innermost point
//	|:......:|   of each, less what PostGIS rounds
//	+--~~~~--+   when it compares boxes
func boxPolygon(box spatial.Envelope, to *crs.Transform) (area []byte, inner spatial.Envelope) {
	steps, srid := boxSteps(box), box.SRID
	if to != nil {
		srid = to.To().SRID
		if to.Identity() {
			steps = 1
		}
	}
	corners := [5][2]float64{
		{box.MinX, box.MinY}, {box.MaxX, box.MinY}, {box.MaxX, box.MaxY}, {box.MinX, box.MaxY}, {box.MinX, box.MinY},
	}
	inner = spatial.Envelope{SRID: srid, MinX: math.Inf(-1), MinY: math.Inf(-1), MaxX: math.Inf(1), MaxY: math.Inf(1)}
	whole := to != nil
	ring := make([]float64, 0, 8*steps+2)
	for edge := range 4 {
		from, until := corners[edge], corners[edge+1]
		for step := range steps + 1 {
			share := float64(step) / float64(steps)
			x, y := from[0]+share*(until[0]-from[0]), from[1]+share*(until[1]-from[1])
			if to != nil {
				var err error
				if x, y, err = to.Point(x, y); err != nil {
					whole = false
					continue
				}
			}
			inner = pushEdge(inner, edge, x, y)
			if step < steps {
				ring = append(ring, x, y)
			}
		}
	}
	if len(ring) > 0 {
		ring = append(ring, ring[0], ring[1])
	}
	if !whole {
		return areaEWKB(srid, ring, box), spatial.EmptyEnvelope(srid)
	}
	return areaEWKB(srid, ring, box), shrink(inner)
}

// pushEdge moves one side of the inner box inwards: south, east, north, west.
func pushEdge(inner spatial.Envelope, edge int, x, y float64) spatial.Envelope {
	switch edge {
	case 0:
		inner.MinY = math.Max(inner.MinY, y)
	case 1:
		inner.MaxX = math.Min(inner.MaxX, x)
	case 2:
		inner.MaxY = math.Min(inner.MaxY, y)
	case 3:
		inner.MinX = math.Max(inner.MinX, x)
	}
	return inner
}

// shrink takes off more than the operator @ adds: it compares in single
// precision, rounded outwards.
func shrink(e spatial.Envelope) spatial.Envelope {
	const eps = 1.0 / (1 << 21)
	e.MinX += eps * (1 + math.Abs(e.MinX))
	e.MinY += eps * (1 + math.Abs(e.MinY))
	e.MaxX -= eps * (1 + math.Abs(e.MaxX))
	e.MaxY -= eps * (1 + math.Abs(e.MaxY))
	return e
}

// EWKB geometry types, with the flag that says that an SRID follows.
const (
	ewkbPoint   = 1 | 0x20000000
	ewkbLine    = 2 | 0x20000000
	ewkbPolygon = 3 | 0x20000000
)

// areaEWKB writes a ring, x y x y…, as little-endian EWKB: a polygon, or a point
// or line where the box has no width, no height or neither.
func areaEWKB(srid spatial.SRID, ring []float64, box spatial.Envelope) []byte {
	out := make([]byte, 0, 17+8*len(ring))
	out = append(out, 1)
	kind, count := uint32(ewkbPolygon), []uint32{1, uint32(len(ring) / 2)}
	switch flatX, flatY := box.MinX == box.MaxX, box.MinY == box.MaxY; {
	case flatX && flatY && len(ring) > 0:
		kind, count, ring = ewkbPoint, nil, ring[:2]
	case flatX || flatY:
		kind, count = ewkbLine, count[1:]
	}
	out = binary.LittleEndian.AppendUint32(out, kind)
	out = binary.LittleEndian.AppendUint32(out, uint32(srid))
	for _, n := range count {
		out = binary.LittleEndian.AppendUint32(out, n)
	}
	for _, v := range ring {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
	}
	return out
}
