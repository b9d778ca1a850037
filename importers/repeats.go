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
	Whole    int64 `json:"whole"`    // of them, those with all its values too
	// Among is how many different geometries were remembered, where that is not
	// all: later ones are compared with these only.
	Among int64 `json:"among,omitempty"`
}

// Bounds of what is remembered: 8 MiB, and so many records of one geometry.
const (
	maxRepeatSlots = 1 << 20
	maxRepeatProbe = 64
)

// valueBits of a hash are the values', the other 44 the geometry's: of half a
// million geometries two are taken for one with a probability below 1 %.
const valueBits = 20

// repeats remembers records by the hash of their geometry and values.
type repeats struct {
	seed   maphash.Seed
	slots  []uint64
	n      int
	full   bool
	counts Repeats
}

func newRepeats() *repeats { return &repeats{seed: maphash.MakeSeed()} }

// add looks at one record; fields are those of its values.
func (s *repeats) add(fields []spatial.Field, rec *Record, geom []byte) {
	if 4*s.n >= 3*len(s.slots) && !s.full {
		s.grow()
	}
	g := maphash.Bytes(s.seed, geom)
	same, whole := s.put(max(g>>valueBits, 1)<<valueBits | s.values(fields, rec)&(1<<valueBits-1))
	if same {
		s.counts.Geometry++
	}
	if whole {
		s.counts.Whole++
	}
}

// put adds an entry unless it is there; same says that an entry with its
// geometry is, whole that it is there itself.
func (s *repeats) put(entry uint64) (same, whole bool) {
	mask := uint64(len(s.slots) - 1)
	at := (entry >> valueBits) * 0x9e3779b97f4a7c15 >> 32 & mask
	for range maxRepeatProbe {
		switch slot := s.slots[at]; {
		case slot == 0:
			if !s.full {
				s.slots[at] = entry
				s.n++
			}
			return same, false
		case slot == entry:
			return true, true
		case slot>>valueBits == entry>>valueBits:
			same = true
		}
		at = (at + 1) & mask
	}
	return same, false
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
