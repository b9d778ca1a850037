package freshness

import (
	"cmp"
	"math"
	"slices"

	"gisd/spatial"
	"gisd/tiles"
)

// margin is what a tile is grown by beyond its TileBuffer, in units of the tile:
// fitted projections are off by less than one, and at low zooms small features
// share squares of 4.
const margin = 8

// Touches reports whether something within the box, in SRID 3857, can show on
// the tile of WebMercatorQuad. What touches a tile touches its parents.
func Touches(c tiles.Coord, box spatial.Envelope) bool {
	return meets(reach(c), box)
}

// reach is the tile's box grown by all that it draws from.
func reach(c tiles.Coord) spatial.Envelope {
	return tiles.WebMercatorQuad().Envelope(c, tiles.Extent, tiles.TileBuffer+margin)
}

func meets(a, b spatial.Envelope) bool {
	return a.MinX <= b.MaxX && a.MaxX >= b.MinX && a.MinY <= b.MaxY && a.MaxY >= b.MinY
}

// groupSize is how many boxes share a bound.
const groupSize = 16

// boxes is a set that is asked often: neighbours stand together under a common
// bound, so that most are passed over sixteen at a time.
type boxes struct {
	whole  bool // everything touches
	small  bool // small scales alone do: below tiles.PlainZoom
	list   []spatial.Envelope
	bounds []spatial.Envelope // of list[groupSize*i:]
}

// newBoxes leaves list as it is.
func newBoxes(list []spatial.Envelope, whole bool) boxes {
	if whole {
		return boxes{whole: true}
	}
	if len(list) > groupSize {
		list = slices.Clone(list)
		slices.SortFunc(list, func(a, b spatial.Envelope) int { return cmp.Compare(place(a), place(b)) })
		list = slices.Compact(list)
	}
	set := boxes{list: list}
	for group := range slices.Chunk(list, groupSize) {
		bound := group[0]
		for _, b := range group[1:] {
			bound = bound.Extend(b.MinX, b.MinY).Extend(b.MaxX, b.MaxY)
		}
		set.bounds = append(set.bounds, bound)
	}
	return set
}

// place puts neighbours next to each other: the bits of column and row, in turn,
// of the middle on a grid of 2^16 cells a side.
func place(e spatial.Envelope) uint32 {
	const half = math.Pi * 6378137
	spread := func(v float64) uint32 {
		n := uint32(min(max((v+half)/(2*half), 0), 1) * 0xffff)
		n = (n | n<<8) & 0x00ff00ff
		n = (n | n<<4) & 0x0f0f0f0f
		n = (n | n<<2) & 0x33333333
		return (n | n<<1) & 0x55555555
	}
	return spread((e.MinX+e.MaxX)/2) | spread((e.MinY+e.MaxY)/2)<<1
}

func (b *boxes) touch(c tiles.Coord) bool {
	if b.small && c.Z >= tiles.PlainZoom {
		return false
	}
	if b.whole {
		return true
	}
	at := reach(c)
	for i, bound := range b.bounds {
		if !meets(at, bound) {
			continue
		}
		for _, box := range b.list[i*groupSize : min((i+1)*groupSize, len(b.list))] {
			if meets(at, box) {
				return true
			}
		}
	}
	return false
}

// few is the list, or the bounds of its groups where it is long.
func (b *boxes) few() []spatial.Envelope {
	if len(b.list) <= 4*groupSize {
		return b.list
	}
	return b.bounds
}
