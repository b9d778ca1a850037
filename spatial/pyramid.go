package spatial

import (
	"encoding/json"
	"slices"
)

// Pyramid says which zooms of a collection's version are packed in cells, ready
// to be cut into tiles of WebMercatorQuad. The zero value is none: its tiles
// come from rows.
type Pyramid struct {
	ID     int64 // of the build; another build has another
	Format int   // of the records
	Bands  []ZoomBand
	// Generalisation says what was done at each small scale to stay within the
	// byte budget, an array of JSON objects; nil where there are none.
	Generalisation json.RawMessage
	Dissolve       string // the property by which small scales are merged, the only one they keep; "" is none

	// Areas are the numbers, by Area.Key, of those that the cells tell apart.
	Areas map[string]int
	// Outdated says that rules name areas that the cells do not tell apart.
	Outdated bool
	// Plain says that small scales are not for the caller, since they are merged by a
	// property that is hidden from them.
	Plain bool
	// Within are the numbers of the areas that the caller sees; nil is everything.
	Within []int
}

// Tells reports whether the cells know which features are in the area.
func (p Pyramid) Tells(a Area) bool {
	_, ok := p.Areas[a.Key]
	return ok
}

// within is the pyramid for who sees these areas alone: none where its cells do not
// tell one of them apart, as those do not that were built before it was what it is.
func (p Pyramid) within(areas []Area) Pyramid {
	p.Within = []int{}
	for _, a := range areas {
		if !p.Tells(a) {
			return Pyramid{}
		}
		p.Within = append(p.Within, p.Areas[a.Key])
	}
	slices.Sort(p.Within)
	p.Within = slices.Compact(p.Within)
	if len(p.Within) == 0 {
		return Pyramid{}
	}
	return p
}

// ZoomBand is a range of zooms, both ends inside, whose tiles are cut from cells
// that are the tiles of the first.
type ZoomBand struct {
	First, Last int
	Made        int64 // of the cells: those made again at once have another
}

// Band finds the band of a zoom.
func (p Pyramid) Band(zoom int) (ZoomBand, bool) {
	for _, b := range p.Bands {
		if zoom >= b.First && zoom <= b.Last {
			return b, true
		}
	}
	return ZoomBand{}, false
}
