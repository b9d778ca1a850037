package importers

// hashSet is a set of 64-bit hashes, which must be good ones: open addressing
// in shards that grow one by one and by little, so that a million hashes take
// 10 to 13 MB and hardly more while it grows.
type hashSet struct {
	shards [hashShards]hashShard
	n      int
}

const hashShards = 64

type hashShard struct {
	slots []uint64
	n     int
}

// add reports whether h is new.
func (s *hashSet) add(h uint64) bool {
	if h == 0 {
		h = 1
	}
	shard := &s.shards[h%hashShards]
	if 5*shard.n >= 4*len(shard.slots) {
		shard.grow()
	}
	if !shard.put(h) {
		return false
	}
	s.n++
	return true
}

// put starts at the slot that the upper bits choose; one is free.
func (s *hashShard) put(h uint64) bool {
	for i := int(h >> 32 * uint64(len(s.slots)) >> 32); ; {
		switch s.slots[i] {
		case 0:
			s.slots[i] = h
			s.n++
			return true
		case h:
			return false
		}
		if i++; i == len(s.slots) {
			i = 0
		}
	}
}

func (s *hashShard) grow() {
	old := s.slots
	s.slots, s.n = make([]uint64, max(16, len(old)+len(old)/4)), 0
	for _, h := range old {
		if h != 0 {
			s.put(h)
		}
	}
}
