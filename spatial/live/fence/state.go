package fence

// input is where a fix stands.
type input int8

const (
	out  input = iota
	band       // neither: the side of the fix before
	in
)

// state is what a rule knows of a device and one of its fences; whole is the fence
// of rules with one state. Without an entry the state is outside, and so is the side.
type state struct {
	rule, fence int32
	on          bool // the state is inside
	side        bool
	turning     bool // the side differs from the state, since turnedAt
	dwelt       bool
	begun       bool // of single rules: there was a fix
	since       int64
	turnedAt    int64
	last        int64   // time of the last fix that was looked at; of single rules
	readAt      int64   // time of the last reading, and the reading; of rates
	read        float64 // NaN for none
}

const whole = -1

// idle reports whether the state is as without an entry.
func (s *state) idle() bool { return s.fence != whole && !s.on && !s.side && !s.turning }

// moment is one fix as a rule sees it.
type moment struct {
	at, before int64 // before: of the fix before
	first      bool  // there is none
	value      float64
	fence      string
}

// step takes a fix in and tells what happened.
func (s *state) step(p *prepared, i input, m moment, tell func(k Kind, since int64)) {
	if i != band {
		s.side = i == in
	}
	fresh := false // a stay begins that is known from this fix on
	switch {
	case m.first && p.known:
		s.on, s.since, fresh = s.side, m.at, true
	case m.first:
		s.since = m.at
	case p.apart(m.before, m.at):
		s.turning, s.dwelt, s.since, fresh = false, false, m.at, true
	}
	switch {
	case s.side == s.on:
		s.turning = false
	case !s.turning:
		s.turning, s.turnedAt = true, m.at
	}
	if s.turning && m.at-s.turnedAt >= p.confirm {
		s.on, s.since, s.turning, s.dwelt, fresh = s.side, s.turnedAt, false, false, true
		tell(p.turn(s.on), s.since)
	}
	s.stay(p, m, fresh, tell)
}

// turn is the kind of a turn.
func (p *prepared) turn(on bool) Kind {
	switch {
	case p.Subject == OnFence && on:
		return Enter
	case p.Subject == OnFence:
		return Exit
	case on:
		return Begin
	}
	return End
}

func (s *state) stay(p *prepared, m moment, fresh bool, tell func(Kind, int64)) {
	if s.on && !s.dwelt && m.at-s.since >= p.stay {
		s.dwelt = true
		tell(Dwell, s.since)
	}
	if fresh || p.every == 0 || (m.at-s.since)/p.every > (m.before-s.since)/p.every {
		if s.on {
			tell(Inside, s.since)
		} else if p.single {
			tell(Outside, s.since)
		}
	}
}
