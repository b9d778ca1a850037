package live

import "math/bits"

// bitset is a growing set of small numbers: a watcher's devices, a bit each.
type bitset []uint64

func (b *bitset) set(i int) {
	for len(*b) <= i/64 {
		*b = append(*b, 0)
	}
	(*b)[i/64] |= 1 << (i % 64)
}

func (b bitset) clear(i int) {
	if i/64 < len(b) {
		b[i/64] &^= 1 << (i % 64)
	}
}

func (b bitset) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }

func (b bitset) empty() bool {
	for _, word := range b {
		if word != 0 {
			return false
		}
	}
	return true
}

// each calls f with every member, ascending.
func (b bitset) each(f func(int)) {
	for i, word := range b {
		for word != 0 {
			f(i*64 + bits.TrailingZeros64(word))
			word &= word - 1
		}
	}
}
