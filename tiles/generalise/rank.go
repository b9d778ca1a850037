package generalise

import "math"

// Rank orders features by importance, the higher the longer kept. It belongs to
// a feature, not to a tile or zoom: who is left out on one tile is left out on
// its neighbour, and who is shown at one zoom is shown at all larger scales.
type Rank uint16

// Ranks of features without a measure lie below rankMeasured, by chance alone.
const rankMeasured = 1 << 10

// RankOf is the rank of a feature by its measure (square metres, metres, or a
// number that says how important it is; the same for all of a collection) in
// steps of a 30th of a doubling, features of one step by a hash of their id. A
// measure that is zero, negative or no number counts as none.
func RankOf(measure float64, id uint64) Rank {
	h := (id ^ id>>33) * 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	if !(measure > 0) {
		return Rank(h % rankMeasured)
	}
	const low, high, steps = -20, 44, 30 // 1 mm2 is 2^-20 m2; 2^44 m2 is a continent
	octave := min(max(math.Log2(measure), low), math.Nextafter(high, low))
	step := int(math.Floor((octave - low) * steps))
	return Rank(rankMeasured + step*32 + int(h%32))
}

// rankClasses are what a Load tells apart.
const rankClasses = 64

func (r Rank) class() int { return int(r >> 10) }
