package forecast

import "time"

// Passing says when a value will be at a level, and how sure that is. Times are zero where
// they lie beyond the forecast.
type Passing struct {
	Now      bool      // it is there at the origin, and so are the times
	Expected time.Time // the forecast is there
	Earliest time.Time // the end of the interval that is nearer to the level is there
	Latest   time.Time // the other end is, too
}

// Likely reports whether the forecast itself reaches the level.
func (p *Passing) Likely() bool { return !p.Expected.IsZero() }

// Possible reports whether the level lies within the interval of some moment.
func (p *Passing) Possible() bool { return !p.Earliest.IsZero() }

// Pass tells when a level will be reached from below, or with below from above.
func (f *Forecast) Pass(level float64, below bool) Passing {
	sign := 1.0
	if below {
		sign = -1
	}
	reach := func(value func(*Expected) float64) time.Time {
		for i := 1; i < len(f.Ahead); i++ {
			before, after := sign*value(&f.Ahead[i-1]), sign*value(&f.Ahead[i])
			if after < sign*level {
				continue
			}
			part := 0.0
			if after > before {
				part = max(0, (sign*level-before)/(after-before))
			}
			gap := f.Ahead[i].Time.Sub(f.Ahead[i-1].Time)
			return f.Ahead[i-1].Time.Add(time.Duration(part * float64(gap)))
		}
		return time.Time{}
	}
	if sign*f.Last >= sign*level {
		return Passing{Now: true, Expected: f.Origin, Earliest: f.Origin, Latest: f.Origin}
	}
	near, away := func(e *Expected) float64 { return e.High }, func(e *Expected) float64 { return e.Low }
	if below {
		near, away = away, near
	}
	return Passing{
		Expected: reach(func(e *Expected) float64 { return e.Value }),
		Earliest: reach(near),
		Latest:   reach(away),
	}
}
