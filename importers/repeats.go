package importers

import (
	"hash/maphash"
	"math"

	"gisd/spatial"
)

// Repeats counts records that stand in a source more than once. They are loaded
// all the same: which of them is meant is not for an import to say.
type Repeats struct {
	Geometry int64 `json:"geometry"` // records with the geometry of an earlier one
	Whole    int64 `json:"whole"`    // with all its values too, or with all its values and no geometry either
	// Among is how many different geometries were remembered, where that is not
	// all: later ones are compared with these only.
	Among int64 `json:"among,omitempty"`
}

// Bounds of what is remembered: 8 MiB for geometries, and as much for records of
// geometries that repeat.
const (
	maxRepeatSlots = 1 << 20
	maxRepeated    = 1 << 19
)

// valueBits of an entry are the hash of its first record's values, the other 44
// that of the geometry: of half a million geometries two are taken for one with a
// probability below 1 %.
const valueBits = 20

// repeats remembers records by the hash of their geometry and values.
type repeats struct {
	seed   maphash.Seed
	slots  []uint64 // one entry a geometry
	n      int
	full   bool
	again  hashSet // of records whose geometry was there before
	counts Repeats
}

func newRepeats() *repeats { return &repeats{seed: maphash.MakeSeed()} }

// add looks at one record; fields are those of its values.
func (s *repeats) add(fields []spatial.Field, rec *Record, geom []byte) {
	if 4*s.n >= 3*len(s.slots) && !s.full {
		s.grow()
	}
	g, v := maphash.Bytes(s.seed, geom), s.values(fields, rec)
	const mask = 1<<valueBits - 1
	entry := max(g>>valueBits, 1)<<valueBits | v&mask
	first, same := s.put(entry)
	if !same {
		return
	}
	if len(geom) > 0 {
		s.counts.Geometry++
	}
	if first == entry || s.again.n < maxRepeated && !s.again.add(g^v) {
		s.counts.Whole++
	}
}

// put adds an entry unless one of its geometry is there, which it returns.
func (s *repeats) put(entry uint64) (first uint64, same bool) {
	mask := uint64(len(s.slots) - 1)
	for at := (entry >> valueBits) * 0x9e3779b97f4a7c15 >> 32 & mask; ; at = (at + 1) & mask {
		switch slot := s.slots[at]; {
		case slot == 0:
			if !s.full {
				s.slots[at] = entry
				s.n++
			}
			return 0, false
		case slot>>valueBits == entry>>valueBits:
			return slot, true
		}
	}
}

func (s *repeats) values(fields []spatial.Field, rec *Record) uint64 {
	h := uint64(0)
	for i := range fields {
		v := &rec.Values[i]
		x := uint64(1)
		switch {
		case !v.Valid:
		case fields[i].Type == spatial.FieldString || fields[i].Type == spatial.FieldJSON:
			x = maphash.Bytes(s.seed, v.Bytes)
		case fields[i].Type == spatial.FieldNumber:
			x = math.Float64bits(v.Float) + 2
		default:
			x = uint64(v.Int) + 2
		}
		h = (h ^ x) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

// grow doubles the table; at its bound what is there stays and nothing is added.
func (s *repeats) grow() {
	size := max(1<<12, 2*len(s.slots))
	if size > maxRepeatSlots {
		s.full, s.counts.Among = true, int64(s.n)
		return
	}
	old := s.slots
	s.slots, s.n = make([]uint64, size), 0
	for _, entry := range old {
		if entry != 0 {
			s.put(entry)
		}
	}
}
