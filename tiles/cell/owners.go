package cell

// Owners is a set of owner areas, one bit each. The zero value is empty.
type Owners []uint64

// Has reports whether the area is in the set.
func (o Owners) Has(area uint32) bool {
	word := int(area / 64)
	return word < len(o) && o[word]&(1<<(area%64)) != 0
}

// With adds an area; like append, it may give back another slice.
func (o Owners) With(area uint32) Owners {
	for int(area/64) >= len(o) {
		o = append(o, 0)
	}
	o[area/64] |= 1 << (area % 64)
	return o
}
