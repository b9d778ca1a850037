package tiles

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"gisd/spatial"
)

// Request asks for a tile of the collections IDs, joined by commas, a layer
// each.
type Request struct {
	IDs    string
	Coord  Coord
	Access spatial.Access
	Query  *Query // nil asks for everything
	Matrix string // the tile matrix set, see MatrixSet; "" is WebMercatorQuad
}

// valid reports whether the tile belongs to its tile matrix set.
func (r Request) valid() bool {
	if r.Matrix == "" {
		return r.Coord.Valid()
	}
	set, err := MatrixSet(r.Matrix)
	return err == nil && set.Matrix() == r.Matrix && set.Has(r.Coord)
}

// Query narrows what is drawn; the zero value narrows nothing.
type Query struct {
	Filter     spatial.Filter     // a cql.Node whose literals are in SRID 4326, lon lat; nil is every feature
	Time       *spatial.TimeRange // keeps what has a time within it, and what has none; nil is any time
	Properties []string           // wire names to draw; nil is all, empty none
}

// Rows reports whether the query leaves features out.
func (q *Query) Rows() bool { return q != nil && (q.Filter != nil || q.Time != nil) }

// Has reports whether the property is drawn.
func (q *Query) Has(name string) bool {
	return q == nil || q.Properties == nil || slices.Contains(q.Properties, name)
}

// predicate stands for the effective predicate of a request: the rows that the
// caller may read, and the query. It is a piece of a SHA-256, since callers
// choose what is hashed: nobody finds a filter that takes the place of another
// tile. Without a query and with all rows it is zero.
type predicate [16]byte

func predicateOf(rows uint64, q *Query) predicate {
	if rows == 0 && (q == nil || !q.Rows() && q.Properties == nil) {
		return predicate{}
	}
	h := sha256.New()
	part := func(name byte, texts ...string) {
		b := []byte{name}
		b = binary.AppendUvarint(b, uint64(len(texts)))
		for _, t := range texts {
			b = append(binary.AppendUvarint(b, uint64(len(t))), t...)
		}
		h.Write(b)
	}
	h.Write(binary.BigEndian.AppendUint64(nil, rows))
	if q != nil {
		if q.Filter != nil {
			part('f', q.Filter.String())
		}
		if q.Time != nil {
			part('t', q.Time.Start.UTC().Format(time.RFC3339Nano), q.Time.End.UTC().Format(time.RFC3339Nano))
		}
		if q.Properties != nil {
			names := slices.Clone(q.Properties)
			slices.Sort(names)
			part('p', slices.Compact(names)...)
		}
	}
	return predicate(h.Sum(nil)[:16])
}

// rowsOf is the hash of what a caller sees of a collection, as they were handed it:
// zero where that is all of it.
func rowsOf(c *spatial.Collection) uint64 {
	if c.Limits == nil {
		return 0
	}
	return binary.BigEndian.Uint64(c.Limits.Key[:])
}

// private reports whether an anonymous caller might not get what is drawn of the
// collection for somebody.
func private(c *spatial.Collection) bool { return c.Limits != nil || !spatial.Access{}.CanRead(c) }
