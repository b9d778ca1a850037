package crs

import "math"

// chebyshevNodes are the zeros of T₅ on [-1, 1].
func chebyshevNodes() [fitNodes]float64 {
	return [fitNodes]float64{
		0.95105651629515357212, 0.58778525229247312917, 0, -0.58778525229247312917, -0.95105651629515357212,
	}
}

// chebyshevCoefficients turns values at the tensor nodes into coefficients of
// T_i(u)·T_j(v), in place.
func chebyshevCoefficients(v *[fitNodes][fitNodes]float64) {
	// T_k at node m is cos(kπ(2m+1)/10).
	const (
		c1, c3 = 0.95105651629515357212, 0.58778525229247312917
		c2, c4 = 0.80901699437494742410, 0.30901699437494742410
	)
	basis := [fitNodes][fitNodes]float64{
		{1. / 5, 1. / 5, 1. / 5, 1. / 5, 1. / 5},
		{c1 * 2 / 5, c3 * 2 / 5, 0, -c3 * 2 / 5, -c1 * 2 / 5},
		{c2 * 2 / 5, -c4 * 2 / 5, -2. / 5, -c4 * 2 / 5, c2 * 2 / 5},
		{c3 * 2 / 5, -c1 * 2 / 5, 0, c1 * 2 / 5, -c3 * 2 / 5},
		{c4 * 2 / 5, -c2 * 2 / 5, 2. / 5, -c2 * 2 / 5, c4 * 2 / 5},
	}
	var half [fitNodes][fitNodes]float64
	for i := range fitNodes {
		for j := range fitNodes {
			sum := 0.0
			for m := range fitNodes {
				sum += basis[i][m] * v[m][j]
			}
			half[i][j] = sum
		}
	}
	for i := range fitNodes {
		for j := range fitNodes {
			sum := 0.0
			for m := range fitNodes {
				sum += basis[j][m] * half[i][m]
			}
			v[i][j] = sum
		}
	}
}

// cutOff bounds what a polynomial of total degree d leaves out; h is half the
// domain's longer side in metres. See Fit for the argument.
func cutOff(c *[fitNodes][fitNodes]float64, d int, h float64) float64 {
	sum, cubic := 0.0, 0.0
	for i := range fitNodes {
		for j := range fitNodes {
			size := math.Abs(c[i][j])
			if i+j > d {
				sum += size
			}
			if i+j == 3 {
				cubic = max(cubic, size)
			}
		}
	}
	q := h / 2_000_000
	return sum + 8*q*q/((1-q)*(1-q))*cubic
}

// monomials turns the Chebyshev coefficients up to total degree d into those
// of 1, u, v, u², uv, v², u³, u²v, uv², v³.
func monomials(c *[fitNodes][fitNodes]float64, d int) [10]float64 {
	p := [10]float64{c[0][0], c[1][0], c[0][1]}
	if d >= 2 {
		p[0] -= c[2][0] + c[0][2]
		p[3], p[4], p[5] = 2*c[2][0], c[1][1], 2*c[0][2]
	}
	if d >= 3 {
		p[1] -= 3*c[3][0] + c[1][2]
		p[2] -= 3*c[0][3] + c[2][1]
		p[6], p[7], p[8], p[9] = 4*c[3][0], 2*c[2][1], 2*c[1][2], 4*c[0][3]
	}
	return p
}
