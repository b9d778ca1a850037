package tiles

import (
	"strings"

	"gisd/spatial"
)

// Key tells cached tiles apart. Stamp stands for the versions of the
// collections, Predicate for the effective predicate of the request: two
// callers who may see the same rows share a tile, all others never do. It is
// comparable.
type Key struct {
	IDs       string // as on the wire, "a,b"
	Stamp     uint64
	Predicate [16]byte
	Coord     Coord
	Matrix    string // tile matrix set, "" for WebMercatorQuad
}

// Of reports whether the tile has a layer of the collection, or of its label
// points.
func (k Key) Of(collection string) bool {
	if k.IDs == collection {
		return true
	}
	for id := range strings.SplitSeq(k.IDs, ",") {
		if rest, ok := strings.CutPrefix(id, collection); ok && (rest == "" || rest == LabelSuffix) {
			return true
		}
	}
	return false
}

// touched reports whether an edit touches the tile, told by tiles of
// WebMercatorQuad; all those of other sets count as touched.
func (k Key) touched(touches func(Coord) bool) bool {
	return k.Matrix != "" || touches(k.Coord)
}

// whole reports whether the tile shows all that there is of the features, as small
// scales are made: nothing narrows it, and no layer is of label points.
func (k Key) whole() bool {
	return k.Matrix == "" && k.Predicate == predicateOf(0, nil) && !strings.Contains(k.IDs, LabelSuffix)
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
