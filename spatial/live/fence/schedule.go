package fence

import (
	"time"
)

// Schedule is when a rule holds: weekly windows in the local time of a zone.
type Schedule struct {
	Zone    *time.Location
	Windows []Window
}

// Window is part of each of its days: from a minute of the day on until before
// another. One that ends before it begins, or there, ends on the next day.
type Window struct {
	Days     [7]bool // Sunday first
	From, To int     // minutes since midnight, 0 to 1440
}

const minutesOfDay = 24 * 60

// holds reports whether the time lies in a window. The clock of the zone decides,
// also on days when it is put forward or back.
func (s *Schedule) holds(at time.Time) bool {
	if s == nil {
		return true
	}
	at = at.In(s.Zone)
	day, minute := at.Weekday(), at.Hour()*60+at.Minute()
	for _, w := range s.Windows {
		if w.From < w.To {
			if w.Days[day] && minute >= w.From && minute < w.To {
				return true
			}
			continue
		}
		if w.Days[day] && minute >= w.From || w.Days[(day+6)%7] && minute < w.To {
			return true
		}
	}
	return false
}

func (w Window) valid() bool {
	return w.From >= 0 && w.From < minutesOfDay && w.To >= 0 && w.To <= minutesOfDay
}

// Valid reports whether there is a zone and at least one window, of minutes of a day.
func (s *Schedule) Valid() bool {
	for _, w := range s.Windows {
		if !w.valid() || w.Days == [7]bool{} {
			return false
		}
	}
	return s.Zone != nil && len(s.Windows) > 0
}
