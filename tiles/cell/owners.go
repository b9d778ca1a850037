package cell

import "errors"

// ErrOwner says that a record has features of owners with higher numbers than the
// caller knows of.
var ErrOwner = errors.New("cell: a record has owners that are not known yet")

// Owners is a set of owners, one bit each. The zero value is empty.
type Owners []uint64

// Has reports whether the owner is in the set.
func (o Owners) Has(owner uint32) bool {
	word := int(owner / 64)
	return word < len(o) && o[word]&(1<<(owner%64)) != 0
}

// With adds an owner; like append, it may give back another slice.
func (o Owners) With(owner uint32) Owners {
	for int(owner/64) >= len(o) {
		o = append(o, 0)
	}
	o[owner/64] |= 1 << (owner % 64)
	return o
}
