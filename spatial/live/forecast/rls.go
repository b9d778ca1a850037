package forecast

import "math"

// regression is least squares, one observation after the other: older ones count less,
// those that are far off count as if they were near (Huber).
type regression struct {
	memory float64 // what an observation counts for when the next one is there
	beta   []float64
	cov    []float64 // row by row
	gain   []float64
	scale  float64 // usual size of what is left over
}

// huber is how many usual sizes an observation may be off and count in full.
const huber = 2

// newRegression begins at the given coefficients, which are believed to about 1.
func newRegression(memory float64, beta []float64) *regression {
	n := len(beta)
	r := &regression{memory: memory, beta: beta, cov: make([]float64, n*n), gain: make([]float64, n)}
	for i := range n {
		r.cov[i*n+i] = 1
	}
	return r
}

func (r *regression) at(x []float64) float64 {
	var sum float64
	for i, b := range r.beta {
		sum += b * x[i]
	}
	return sum
}

func (r *regression) learn(x []float64, y float64) {
	n := len(r.beta)
	off := y - r.at(x)
	size := math.Abs(off)
	if r.scale == 0 {
		r.scale = size
	}
	weight := 1.0
	if limit := huber * r.scale; size > limit && size > 0 {
		weight = max(limit/size, 1e-3)
	}
	r.scale += 0.02 * (min(size, 4*r.scale+1e-9) - r.scale)
	denominator := r.memory / weight
	for i := range n {
		var sum float64
		for j, c := range r.cov[i*n : i*n+n] {
			sum += c * x[j]
		}
		r.gain[i] = sum
		denominator += sum * x[i]
	}
	for i := range n {
		k := r.gain[i] / denominator
		r.beta[i] += k * off
		for j := i; j < n; j++ {
			c := (r.cov[i*n+j] - k*r.gain[j]) / r.memory
			r.cov[i*n+j], r.cov[j*n+i] = c, c
		}
		// What is never excited would be believed ever less.
		r.cov[i*n+i] = min(r.cov[i*n+i], 10)
	}
}
