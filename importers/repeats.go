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

	// Entries wait for company: the table is larger than the processor's caches,
	// and many slots are fetched in the time of one.
	waiting [repeatsAtATime]repeat
	waits   int
	warm    uint64 // of the slots looked at, so that the look is not left out
}

const repeatsAtATime = 64

// repeat is a record that was not compared yet.
type repeat struct {
	entry, whole uint64
	geometry     bool
}

func newRepeats() *repeats { return &repeats{seed: maphash.MakeSeed()} }

// add looks at one record; fields are those of its values.
func (s *repeats) add(fields []spatial.Field, rec *Record, geom []byte) {
	g, v := maphash.Bytes(s.seed, geom), s.values(fields, rec)
	const mask = 1<<valueBits - 1
	s.waiting[s.waits] = repeat{max(g>>valueBits, 1)<<valueBits | v&mask, g ^ v, len(geom) > 0}
	if s.waits++; s.waits == len(s.waiting) {
		s.compare()
	}
}

// counted compares what waits and returns all counts.
func (s *repeats) counted() Repeats {
	s.compare()
	return s.counts
}

// compare brings the waiting records into the table, in their order.
func (s *repeats) compare() {
	waiting := s.waiting[:s.waits]
	s.waits = 0
	for 4*(s.n+len(waiting)) >= 3*len(s.slots) && !s.full {
		s.grow()
	}
	for i := range waiting {
		s.warm ^= s.slots[s.slot(waiting[i].entry)]
	}
	for i := range waiting {
		r := &waiting[i]
		first, same := s.put(r.entry)
		if !same {
			continue
		}
		if r.geometry {
			s.counts.Geometry++
		}
		if first == r.entry || s.again.n < maxRepeated && !s.again.add(r.whole) {
			s.counts.Whole++
		}
	}
}

// slot is where the search for an entry begins.
func (s *repeats) slot(entry uint64) uint64 {
	return (entry >> valueBits) * 0x9e3779b97f4a7c15 >> 32 & uint64(len(s.slots)-1)
}

// put adds an entry unless one of its geometry is there, which it returns.
func (s *repeats) put(entry uint64) (first uint64, same bool) {
	mask := uint64(len(s.slots) - 1)
	for at := s.slot(entry); ; at = (at + 1) & mask {
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
