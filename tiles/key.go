package tiles

import (
	"gisd/spatial"
)

// Key tells cached tiles apart. Stamp stands for the versions of the
// collections, Predicate for the effective row predicate of the caller: two
// callers who may see the same rows share a tile, all others never do. It is
// comparable.
type Key struct {
	IDs       string // as on the wire, "a,b"
	Stamp     uint64
	Predicate uint64
	Coord     Coord
}

// stamp changes with every import of the collection and every change of its
// catalogue entry; a collection dropped and made again has another time.
func stamp(seed uint64, c *spatial.Collection) uint64 {
	seed = mix(seed, uint64(c.Version))
	seed = mix(seed, uint64(c.VersionAt.UnixNano()))
	return mix(seed, uint64(c.UpdatedAt.UnixNano()))
}

func mix(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// predicate is the hash of the caller's effective row predicate over a
// collection that they may read. Whoever reads a collection reads all of its
// features, so that it is "true" for everybody.
func predicate(*spatial.Collection, spatial.Access) uint64 { return 0 }
