package live

import "encoding/binary"

// countBlock counts the devices in the cells of a tile.
func (h *Hub) countBlock(t *tile, f Filter) []byte {
	var counts [countCells * countCells]int
	cells := 0
	h.in(t.topic, func(e *entry) {
		if !f.wants(e) {
			return
		}
		x, y := within(t.topic, e.last.Lon, e.last.Lat)
		at := int(y)*countCells/65536*countCells + int(x)*countCells/65536
		if counts[at]++; counts[at] == 1 {
			cells++
		}
	})
	b := binary.AppendUvarint(nil, uint64(cells))
	for i, n := range counts {
		if n > 0 {
			b = binary.AppendUvarint(append(b, byte(i)), uint64(n))
		}
	}
	return b
}

// in visits the entries with a position in a topic.
func (h *Hub) in(t topic, visit func(*entry)) {
	mine := func(e *entry) {
		if e.known && e.cell.at(t.level) == t {
			visit(e)
		}
	}
	if t.level > snapshotIndex {
		for _, e := range h.entries {
			mine(e)
		}
		return
	}
	shift := (snapshotIndex - t.level) * levelStep
	for e := range h.coarse[cell{t.cell.x >> shift, t.cell.y >> shift}] {
		mine(e)
	}
}
