package live

import (
	"fmt"
	"strings"
	"time"

	"gisd/spatial/live/forecast"
)

// passingText is how a language tells of a level that will be passed; {title}, {about},
// {from} and {to} stand for the level and for times from now.
type passingText struct {
	above, below                         string // verbs, {verb} in the others
	passed, within, open, perhaps, never string
	minutes, hours                       string
}

// passingTextIn is that of "vi" or of English.
func passingTextIn(language string) passingText {
	if language == "vi" {
		return passingText{
			above: "vượt", below: "xuống dưới",
			passed: "đã qua {title}", within: "sẽ {verb} {title} trong khoảng {about} (từ {from} đến {to})",
			open: "sẽ {verb} {title} trong khoảng {about} (sớm nhất {from})", perhaps: "có thể {verb} {title}, sớm nhất sau {from}",
			never: "dự kiến không {verb} {title}", minutes: "%d phút", hours: "%.1f giờ",
		}
	}
	return passingText{
		above: "pass", below: "fall below",
		passed: "is past {title}", within: "will {verb} {title} in about {about} ({from} to {to})",
		open: "will {verb} {title} in about {about} ({from} at the earliest)", perhaps: "may {verb} {title}, in {from} at the earliest",
		never: "is not expected to {verb} {title}", minutes: "%d min", hours: "%.1f h",
	}
}

// tell says when a level will be passed, seen from now.
func (w passingText) tell(l *levelDocument, p *forecast.Passing, now time.Time) string {
	text := w.never
	switch {
	case p.Now:
		text = w.passed
	case p.Likely() && !p.Latest.IsZero():
		text = w.within
	case p.Likely():
		text = w.open
	case p.Possible():
		text = w.perhaps
	}
	verb := w.above
	if l.Below {
		verb = w.below
	}
	return strings.NewReplacer("{verb}", verb, "{title}", l.Title, "{about}", w.span(p.Expected.Sub(now)),
		"{from}", w.span(p.Earliest.Sub(now)), "{to}", w.span(p.Latest.Sub(now))).Replace(text)
}

// span in minutes, in fives from a quarter of an hour on, and in hours from three on.
func (w passingText) span(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d >= 3*time.Hour:
		return fmt.Sprintf(w.hours, d.Hours())
	case d > 15*time.Minute:
		d = d.Round(5 * time.Minute)
	}
	return fmt.Sprintf(w.minutes, int(d.Round(time.Minute).Minutes()))
}
