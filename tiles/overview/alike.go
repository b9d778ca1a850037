package overview

import (
	"encoding/binary"
	"slices"

	"github.com/cespare/xxhash/v2"

	"gisd/tiles/cell"
)

// Alike reports whether two records of one cell of BaseZoom come to the same at
// small scales that have no property but value, as from generalise.StepAttributes
// on: an edit of others concerns none of them. Errors wrap cell.ErrRecord.
func Alike(a, b []byte, value string) (bool, error) {
	first, err := digest(a, value)
	if err != nil {
		return false, err
	}
	second, err := digest(b, value)
	return first == second, err
}

// sum is the number of features and a hash of all of them in whatever order.
type sum struct {
	features int
	hash     uint64
}

func digest(record []byte, value string) (s sum, err error) {
	r, err := cell.Open(record)
	if err != nil {
		return s, err
	}
	column := slices.Index(r.Keys(), value)
	var b []byte
	err = r.Each(func(f *cell.Feature) error {
		b = binary.LittleEndian.AppendUint64(b[:0], f.ID)
		b = binary.LittleEndian.AppendUint32(b, f.Owner)
		b = binary.LittleEndian.AppendUint16(b, f.Rank)
		for _, p := range f.Shape.Parts {
			b = append(b, byte(p.Kind))
			b = binary.AppendUvarint(b, uint64(p.End-p.Start))
			for _, at := range f.Shape.Positions[p.Start:p.End] {
				b = binary.LittleEndian.AppendUint32(b, uint32(at.X))
				b = binary.LittleEndian.AppendUint32(b, uint32(at.Y))
			}
		}
		if column >= 0 {
			b = append(b, f.Values[column]...)
		}
		s.features++
		s.hash += xxhash.Sum64(b)
		return nil
	})
	return s, err
}
