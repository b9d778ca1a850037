package crs

import (
	"math"

	"gisd/spatial"
)

// Approximation stands in for a Transform over one tile's box: a polynomial of
// degree 1 to 3 in each coordinate, within MaxError of the exact transform.
// Coordinates are x first, in the units of the systems (or of what Scaled
// made of the target's). It is immutable and safe for goroutines; converting
// allocates nothing and cannot fail inside Domain.
type Approximation struct {
	// Domain is the part of the source system, edges inside, where the
	// polynomial is used; it holds the whole box given to Fit and a margin of
	// 2 %. Elsewhere positions take the exact transform, so that a vertex far
	// outside the tile still lies where it should.
	Domain spatial.Envelope
	// MaxError is the proven bound on the error in x and in y each, in the
	// target's own units, whatever Scaled did.
	MaxError float64
	// Degree is 1, 2 or 3.
	Degree int

	exact          *Transform
	cx, cy         float64 // centre of Domain
	sx, sy         float64 // 1 / half size
	px, py         [10]float64
	ox, oy, kx, ky float64 // out = (target - o)·k
}

// fitNodes is the number of Chebyshev nodes along each side of the domain.
const fitNodes = 5

// fitReach is how large half a domain may be, in metres of the source. Within
// it, and within 70° of latitude, the transforms are analytic in a disc more
// than 2 000 km wide around every point, so Chebyshev coefficients fall by at
// least fitReach/(2·2 000 km) per degree; see Fit.
const fitReach = 300_000

// Fit builds a polynomial for the way from one system to another over a tile's
// box, given in the target system (with the tile's buffer, if any). It is false
// where no polynomial of degree 3 stays within maxErr (in target units), for a
// box of another SRID, poleward of 70° or out of the systems' reach, and where
// a system is not supported; the caller then converts exactly. It costs some
// 15 µs.
//
// The bound: the transform is interpolated at 5×5 Chebyshev nodes of the
// domain. What is cut off is at most the sum of the absolute coefficients of
// degrees that the polynomial leaves out. What interpolation itself misses are
// coefficients of degree 5 and more; each of them is at most q = h/2 000 km
// times one of the degree before, h being half the domain's longer side, so
// their sum and their aliases come to less than 8q/(1-q)² times the largest
// coefficient of degree 3 times q; 1 µm, or 10⁻¹¹ degrees, is added for rounding.
func Fit(from, to spatial.SRID, box spatial.Envelope, maxErr float64) (*Approximation, bool) {
	exact, err := NewTransform(from, to)
	if err != nil {
		return nil, false
	}
	return FitTransform(exact, exact.Inverse(), box, maxErr)
}

// FitTransform is Fit for a caller that keeps the two transforms, exact and
// its inverse, from tile to tile; it saves some microseconds.
func FitTransform(exact, back *Transform, box spatial.Envelope, maxErr float64) (*Approximation, bool) {
	a := &Approximation{exact: exact, kx: 1, ky: 1}
	if box.SRID != 0 && box.SRID != exact.to.SRID || !a.domain(back, box) || !a.fit(maxErr) {
		return nil, false
	}
	return a, true
}

// fit finds the polynomial of least degree over Domain, as Fit says.
func (a *Approximation) fit(maxErr float64) bool {
	exact := a.exact
	hx, hy := (a.Domain.MaxX-a.Domain.MinX)/2, (a.Domain.MaxY-a.Domain.MinY)/2
	h := max(hx, hy)
	if exact.from.Geographic {
		h *= sphereRadius * math.Pi / 180
	}
	if !(h <= fitReach) || hx == 0 || hy == 0 {
		return false
	}
	a.cx, a.cy, a.sx, a.sy = a.Domain.MinX+hx, a.Domain.MinY+hy, 1/hx, 1/hy
	if n, ok := exact.toNormal(a.cx, a.cy); !ok || math.Abs(n.z) > 0.93969 { // sin 70°
		return false
	}
	var vx, vy [fitNodes][fitNodes]float64
	nodes := chebyshevNodes()
	for i, u := range nodes {
		for j, v := range nodes {
			x, y, ok := exact.point(a.cx+u*hx, a.cy+v*hy)
			if !ok {
				return false
			}
			vx[i][j], vy[i][j] = x, y
		}
	}
	chebyshevCoefficients(&vx)
	chebyshevCoefficients(&vy)
	rounding := 1e-6
	if exact.to.Geographic {
		rounding = 1e-11
	}
	for a.Degree = 1; a.Degree <= 3; a.Degree++ {
		a.MaxError = max(cutOff(&vx, a.Degree, h), cutOff(&vy, a.Degree, h)) + rounding
		if a.MaxError <= maxErr {
			a.px, a.py = monomials(&vx, a.Degree), monomials(&vy, a.Degree)
			return true
		}
	}
	return false
}

// domain is the box of the source system around the tile's box: its corners,
// the middles of its edges and its centre, and 2 % more.
func (a *Approximation) domain(back *Transform, box spatial.Envelope) bool {
	if box.Empty() || !(box.MinX < box.MaxX && box.MinY < box.MaxY) {
		return false
	}
	d := spatial.EmptyEnvelope(back.to.SRID)
	mx, my := (box.MinX+box.MaxX)/2, (box.MinY+box.MaxY)/2
	for _, x := range [...]float64{box.MinX, mx, box.MaxX} {
		for _, y := range [...]float64{box.MinY, my, box.MaxY} {
			u, v, ok := back.point(x, y)
			if !ok {
				return false
			}
			d = d.Extend(u, v)
		}
	}
	mx, my = (d.MaxX-d.MinX)*0.02, (d.MaxY-d.MinY)*0.02
	d.MinX, d.MaxX, d.MinY, d.MaxY = d.MinX-mx, d.MaxX+mx, d.MinY-my, d.MaxY+my
	a.Domain = d
	return true
}

// Scaled returns the same approximation with its results moved and scaled to
// (x-originX)·scaleX, (y-originY)·scaleY, as for the units of a tile; a itself
// is not changed. Converting costs no more than before.
func (a *Approximation) Scaled(originX, originY, scaleX, scaleY float64) *Approximation {
	b := *a
	b.ox, b.kx = a.ox+originX/a.kx, a.kx*scaleX
	b.oy, b.ky = a.oy+originY/a.ky, a.ky*scaleY
	b.px[0] -= originX
	b.py[0] -= originY
	for i := range b.px {
		b.px[i] *= scaleX
		b.py[i] *= scaleY
	}
	return &b
}

// Point converts one position; it is false where Transform.Point fails.
func (a *Approximation) Point(x, y float64) (float64, float64, bool) {
	if !(x >= a.Domain.MinX && x <= a.Domain.MaxX && y >= a.Domain.MinY && y <= a.Domain.MaxY) {
		u, v, ok := a.exact.point(x, y)
		return (u - a.ox) * a.kx, (v - a.oy) * a.ky, ok
	}
	u, v := (x-a.cx)*a.sx, (y-a.cy)*a.sy
	px, py := &a.px, &a.py
	if a.Degree == 1 {
		return px[0] + px[1]*u + px[2]*v, py[0] + py[1]*u + py[2]*v, true
	}
	if a.Degree == 2 {
		return px[0] + u*(px[1]+px[3]*u) + v*(px[2]+px[4]*u+px[5]*v),
			py[0] + u*(py[1]+py[3]*u) + v*(py[2]+py[4]*u+py[5]*v), true
	}
	return px[0] + u*(px[1]+u*(px[3]+u*px[6])) + v*(px[2]+u*(px[4]+u*px[7])+v*(px[5]+u*px[8]+v*px[9])),
		py[0] + u*(py[1]+u*(py[3]+u*py[6])) + v*(py[2]+u*(py[4]+u*py[7])+v*(py[5]+u*py[8]+v*py[9])), true
}

// Flat converts in place, as Transform.Flat does; the index of the first
// position that cannot be converted is returned, or -1.
func (a *Approximation) Flat(xy []float64, stride int) int {
	if stride < 2 {
		return 0
	}
	for i := 0; i+1 < len(xy); i += stride {
		u, v, ok := a.Point(xy[i], xy[i+1])
		if !ok {
			return i / stride
		}
		xy[i], xy[i+1] = u, v
	}
	return -1
}
