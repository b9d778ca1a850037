package crs

import (
	"fmt"
	"strings"

	"gisd/spatial"
)

// Form is how coordinates as a file has them become those of a system: swapped
// first, then moved. The zero value leaves them as they are.
type Form struct {
	SwapXY bool    // the first ordinate is the northing or the latitude
	DX, DY float64 // metres to add to x and y

	prefix int  // the zone number in front of the easting, 0 for none
	home   bool // only the home area can decide for it
	last   bool // forms after it are tried only when nothing was found
}

// Apply converts one position.
func (f Form) Apply(x, y float64) (float64, float64) {
	if f.SwapXY {
		x, y = y, x
	}
	return x + f.DX, y + f.DY
}

// Plain reports whether coordinates stay as they are.
func (f Form) Plain() bool { return !f.SwapXY && f.DX == 0 && f.DY == 0 }

// String says what is done to the coordinates, "" for nothing.
func (f Form) String() string {
	var parts []string
	if f.SwapXY {
		parts = append(parts, "X and Y are swapped: the first ordinate is the northing or the latitude")
	}
	switch {
	case f.prefix != 0:
		parts = append(parts, fmt.Sprintf("the zone number %d in front of the easting is taken off", f.prefix))
	case f.DX != 0:
		parts = append(parts, fmt.Sprintf("%.0f m are added to the easting", f.DX))
	}
	if f.DY != 0 {
		parts = append(parts, fmt.Sprintf("%.0f m are added to the northing, whose leading digit is missing", f.DY))
	}
	return strings.Join(parts, "; ")
}

// allows reports whether a system may be meant: a zone number in front of the
// easting names its zone.
func (f Form) allows(srid spatial.SRID) bool {
	switch f.prefix {
	case 0:
		return true
	case 48:
		return srid == 3405 || srid == 32648
	case 49:
		return srid == 3406 || srid == 32649
	case 481:
		return srid == 5896
	case 482:
		return srid == 5897
	case 491:
		return srid == 5898
	}
	return false
}

// forms are the ways in which the core may be written, by the size of its
// numbers: as it is, swapped, with the zone number in front of the easting
// (48681196), with the million of the northing left out (222490).
func (g *guesser) forms() []Form {
	x, y := median(g.x), median(g.y)
	plain, swapped := Form{}, Form{SwapXY: true, last: true}
	forms := []Form{plain, swapped}
	for _, f := range [...]Form{plain, swapped} {
		f.last = false
		e, n := f.Apply(x, y)
		for _, zone := range [...]int{48, 49, 481, 482, 491} {
			if off := float64(zone) * 1e6; e >= off+100_000 && e < off+900_000 {
				with := f
				with.prefix, with.DX = zone, -off
				forms = append(forms, with)
			}
		}
		if e >= 100_000 && e < 900_000 && n >= 100_000 && n < 1e6 {
			for _, million := range [...]float64{1e6, 2e6} {
				with := f
				with.DY, with.home = million, true
				forms = append(forms, with)
			}
		}
	}
	return forms
}

// CheckForm holds coordinates against the system they are said to be in and
// returns the form in which they fit it: plain where they do, or where nothing
// here tells better. Another form is returned only when it puts them into the
// country and the plain one does not.
func CheckForm(srid spatial.SRID, s Sample, around Surroundings) Form {
	if _, ok := Lookup(srid); !ok {
		return Form{}
	}
	g := newGuesser(s, around)
	if len(g.x) == 0 || g.judge(srid, Form{}) {
		return Form{}
	}
	system, _ := Lookup(srid)
	if system.Geographic {
		if g.judge(srid, Form{SwapXY: true}) {
			return Form{SwapXY: true}
		}
		return Form{}
	}
	for _, f := range g.forms()[1:] {
		if (f.prefix == 0 || f.allows(srid)) && g.judge(srid, f) {
			f.last, f.home = false, false
			return f
		}
	}
	return Form{}
}
