package crs

import (
	"math"

	"gisd/spatial"
)

// edgePoints is how many steps an edge is walked in when an envelope is converted,
// fewer where they would be shorter than stepMetres: a piece of that length along a
// parallel bends by 0.05 mm at 45 degrees, half of what is added outwards anyway.
const (
	edgePoints = 32
	stepMetres = 50
)

// stepsOf is how many steps the edges of e are walked in.
func (t *Transform) stepsOf(e spatial.Envelope) int {
	side := max(e.MaxX-e.MinX, e.MaxY-e.MinY)
	if t.from.Geographic {
		side *= sphereRadius * math.Pi / 180
	}
	return int(min(max(math.Ceil(side/stepMetres), 4), edgePoints))
}

// Envelope converts a box: the edges are walked, the result is rounded outwards
// so that it holds every position of the box that can be converted. Parts of e
// outside the reach of either system are left out; a box wholly outside gives
// an empty envelope, which is no error. e's SRID must be the transform's
// source (zero is taken as such), else the error is of code invalid, as for
// numbers that are not finite.
//
// A box in degrees with MinX > MaxX crosses the antimeridian (RFC 7946 §5.2).
// It stays so in degrees; in metres the result spans both halves.
func (t *Transform) Envelope(e spatial.Envelope) (spatial.Envelope, error) {
	if e.SRID != 0 && e.SRID != t.from.SRID {
		return spatial.Envelope{}, spatial.Invalid("crs: transform envelope",
			"The box is in "+e.SRID.String()+", not in "+t.from.SRID.String()+".")
	}
	out := spatial.EmptyEnvelope(t.to.SRID)
	if e.Empty() {
		return out, nil
	}
	for _, v := range [...]float64{e.MinX, e.MinY, e.MaxX, e.MaxY} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return spatial.Envelope{}, spatial.Invalid("crs: transform envelope", "The box has a side that is not a finite number.")
		}
	}
	if t.path == pathIdentity {
		e.SRID = t.to.SRID
		return e, nil
	}
	if t.from.Geographic && e.MinX > e.MaxX {
		west, east := e, e
		west.MaxX, east.MinX = 180, -180
		a, b := t.walk(west), t.walk(east)
		if t.to.Geographic && !a.Empty() && !b.Empty() {
			return spatial.Envelope{SRID: t.to.SRID, MinX: a.MinX, MinY: min(a.MinY, b.MinY), MaxX: b.MaxX, MaxY: max(a.MaxY, b.MaxY)}, nil
		}
		return union(a, b), nil
	}
	return t.walk(e), nil
}

func union(a, b spatial.Envelope) spatial.Envelope {
	if a.Empty() {
		return b
	}
	if b.Empty() {
		return a
	}
	return a.Extend(b.MinX, b.MinY).Extend(b.MaxX, b.MaxY)
}

// walk converts the reachable part of e by a lattice over it: the edges alone
// would miss the inner extreme of a box across a central meridian or a pole.
func (t *Transform) walk(e spatial.Envelope) spatial.Envelope {
	out := spatial.EmptyEnvelope(t.to.SRID)
	e, ok := t.reach(e)
	if !ok {
		return out
	}
	steps := t.stepsOf(e)
	dx, dy := (e.MaxX-e.MinX)/float64(steps), (e.MaxY-e.MinY)/float64(steps)
	for i := range steps + 1 {
		for j := range steps + 1 {
			edge := i == 0 || j == 0 || i == steps || j == steps
			if !edge && (i%4 != 0 || j%4 != 0) {
				continue
			}
			x0 := math.Min(e.MinX+float64(i)*dx, e.MaxX)
			x, y, ok := t.point(x0, math.Min(e.MinY+float64(j)*dy, e.MaxY))
			if !ok {
				continue
			}
			if t.from.Geographic && t.to.Geographic {
				x -= 360 * math.Round((x-x0)/360) // a step over the antimeridian
			}
			out = out.Extend(x, y)
		}
	}
	if out.Empty() {
		return out
	}
	// Between two samples an edge bulges by at most its sagitta, which for the
	// projections here is below 1 % of the box for boxes of continental size.
	padX := (out.MaxX - out.MinX) / edgePoints / edgePoints
	padY := (out.MaxY - out.MinY) / edgePoints / edgePoints
	tiny := 1e-4
	if t.to.Geographic {
		tiny = 1e-9
	}
	out.MinX, out.MaxX = out.MinX-padX-tiny, out.MaxX+padX+tiny
	out.MinY, out.MaxY = out.MinY-padY-tiny, out.MaxY+padY+tiny
	if t.to.Geographic {
		out.MinX, out.MaxX = max(out.MinX, -180), min(out.MaxX, 180)
		out.MinY, out.MaxY = max(out.MinY, -90), min(out.MaxY, 90)
	}
	return out
}

// reach cuts e to what both systems can express, in the source's units.
func (t *Transform) reach(e spatial.Envelope) (spatial.Envelope, bool) {
	limit := spatial.Envelope{MinX: -math.MaxFloat64, MinY: -math.MaxFloat64, MaxX: math.MaxFloat64, MaxY: math.MaxFloat64}
	switch t.from.Method {
	case MethodTransverseMercator:
		// 37° of longitude at the equator; further than any use of the system.
		half, pole := maxEta*t.in.scale*0.999, t.in.scale*math.Pi/2
		limit = spatial.Envelope{MinX: t.in.x0 - half, MaxX: t.in.x0 + half, MinY: t.in.y0 - pole, MaxY: t.in.y0 + pole}
	case MethodWebMercator:
		limit = spatial.Envelope{MinX: -math.Pi * sphereRadius, MaxX: math.Pi * sphereRadius, MinY: -mercatorReach, MaxY: mercatorReach}
	case MethodGeographic:
		limit = spatial.Envelope{MinX: -180, MinY: -90, MaxX: 180, MaxY: 90}
		switch t.to.Method {
		case MethodWebMercator:
			limit.MinY, limit.MaxY = -85.0511287798066, 85.0511287798066
		case MethodTransverseMercator:
			limit.MinX, limit.MaxX = max(-180, t.to.CentralMeridian-37), min(180, t.to.CentralMeridian+37)
		}
	}
	if t.from.Method == MethodWebMercator && t.to.Method == MethodTransverseMercator {
		const perDegree = sphereRadius * math.Pi / 180
		limit.MinX = max(limit.MinX, (t.to.CentralMeridian-37)*perDegree)
		limit.MaxX = min(limit.MaxX, (t.to.CentralMeridian+37)*perDegree)
	}
	e.MinX, e.MaxX = max(e.MinX, limit.MinX), min(e.MaxX, limit.MaxX)
	e.MinY, e.MaxY = max(e.MinY, limit.MinY), min(e.MaxY, limit.MaxY)
	return e, e.MinX <= e.MaxX && e.MinY <= e.MaxY
}
