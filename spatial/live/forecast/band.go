package forecast

import "math"

// band holds the ends of the interval of one lead, in usual sizes of an error. They follow
// the errors: an end that is passed moves out, else it moves in by a little, so that it is
// passed as often as it should be whatever the errors are like (quantile tracking, Gibbs and
// Candès 2021, Angelopoulos et al. 2023).
type band struct {
	low, high float64
	seen      int
	first     int // errors that set the ends
	pace      float64
}

// outside is how much lies beyond each end.
const outside = 0.05

// newBand is that of a lead in steps. The first errors set its ends: of long leads more,
// since these come in long runs of the same sign.
func newBand(lead int) band {
	return band{first: 24 + lead, pace: 0.05 / math.Sqrt(1+float64(lead)/64)}
}

// told are the ends as an interval has them; none while the band is not ready.
func (b *band) told() (low, high float64) {
	if !b.ready() {
		return 0, 0
	}
	return b.low, b.high
}

// learn takes an error, and the ends that were told when it was not known yet: they count,
// for since then the ends may have followed others of the same run.
func (b *band) learn(z, low, high float64) {
	if low == high {
		low, high = b.low, b.high
	}
	if b.seen++; b.seen <= b.first {
		b.low, b.high = min(b.low, z), max(b.high, z)
		return
	}
	move := b.pace * max((b.high-b.low)/2, 0.1)
	if z > high {
		b.high += move * (1 - outside)
	} else {
		b.high = max(b.high-move*outside, 0)
	}
	if z < low {
		b.low -= move * (1 - outside)
	} else {
		b.low = min(b.low+move*outside, 0)
	}
}

// ready says whether the band has seen enough.
func (b *band) ready() bool { return b.seen > b.first }
