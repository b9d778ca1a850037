package spatial

import "encoding/json"

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
