package postgis

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/overview"
	"gisd/tiles/pyramid"
)

// A cell is patched where an edit touches so many boxes at most, which come to
// such a share of the cell; else packing it from its rows is as quick. Each box
// costs a query of a few rows: where edits have piled up, patching is still the
// cheaper.
const (
	mostPatches = 64
	mostPatched = 0.1
)

// patchable lists the boxes, in SRID 3857, that touch the cell and reports
// whether they can be patched.
func (p *plan) patchable(at tiles.Coord, boxes []spatial.Envelope) (near []spatial.Envelope, ok bool) {
	if p.server || len(boxes) == 0 {
		return nil, false
	}
	of := tiles.WebMercatorQuad().Envelope(at, tiles.Extent, tiles.TileBuffer)
	area := 0.0
	for _, box := range boxes {
		from, to, ok := pyramid.Touched(box, at.Z)
		if !ok || at.X < from.X || at.X > to.X || at.Y < from.Y || at.Y > to.Y {
			continue
		}
		near = append(near, box)
		wide := math.Min(box.MaxX, of.MaxX) - math.Max(box.MinX, of.MinX)
		high := math.Min(box.MaxY, of.MaxY) - math.Max(box.MinY, of.MinY)
		area += max(wide, 0) * max(high, 0)
	}
	return near, len(near) <= mostPatches && area <= mostPatched*(of.MaxX-of.MinX)*(of.MaxY-of.MinY)
}

// patch packs a cell from its record and what may be different: the rows at the
// boxes, and those of the features that the record has near the boxes, wherever
// they are now or whether they are at all. All others are as they were, so that
// the bytes are those that all rows of the cell give. ok is false where the
// record does not say which rows its features are.
func (k *packer) patch(ctx context.Context, tx pgx.Tx, at tiles.Coord, record []byte, boxes []spatial.Envelope) (now *packed, ok bool, err error) {
	before, err := cell.Open(record)
	if err != nil || !slices.Equal(before.Keys(), k.plan.keys) {
		return nil, false, nil // damaged, or of other fields
	}
	suspects, ok, err := k.suspects(before, boxes)
	if err != nil || !ok {
		return nil, false, err
	}
	b, err := k.builder(before.Band(), at)
	if err != nil {
		return nil, false, err
	}
	r := renewal{k, before.Band(), b, map[uint64]struct{}{}}
	k.owning.begin()
	for _, box := range boxes {
		if k.plan.back != nil {
			if box, err = k.plan.back.Envelope(box); err != nil {
				return nil, false, nil
			}
		}
		if err := r.read(ctx, tx, k.plan.sql, box.MinX, box.MinY, box.MaxX, box.MaxY); err != nil {
			return nil, false, err
		}
	}
	if err := r.read(ctx, tx, k.plan.byIDs, suspects.keys()); err != nil {
		return nil, false, err
	}
	if err := k.owning.settle(ctx, tx, r.add); err != nil {
		return nil, false, err
	}
	if k.plan.hasID && !suspects.all(r.fresh) {
		return nil, false, nil // gone, or of an id that is hashed
	}
	if err := b.Merge(before, func(id uint64) bool {
		_, fresh := r.fresh[id]
		return fresh || suspects.has(id)
	}); err != nil {
		return nil, false, err
	}
	n := b.Len()
	if n == 0 {
		return nil, true, nil
	}
	now = &packed{coord: at}
	if b.Size() <= maxRecord {
		now.features = n
		now.record, err = b.Append(nil)
	}
	k.free[at.Z] = append(k.free[at.Z], b)
	return now, err == nil, err
}

// suspects are features of a record that may have changed: their keys by id.
type suspects struct {
	numbers map[uint64]int64
	texts   map[uint64]string
}

// keys is the parameter of plan.byIDs.
func (s *suspects) keys() any {
	if s.texts != nil {
		return slices.Collect(maps.Values(s.texts))
	}
	return slices.Collect(maps.Values(s.numbers))
}

func (s *suspects) has(id uint64) bool {
	_, number := s.numbers[id]
	_, text := s.texts[id]
	return number || text
}

func (s *suspects) all(fresh map[uint64]struct{}) bool {
	for id := range s.numbers {
		if _, ok := fresh[id]; !ok {
			return false
		}
	}
	return true
}

// suspects finds the features near the boxes; ok is false where their keys are
// not known.
func (k *packer) suspects(r cell.Record, boxes []spatial.Envelope) (*suspects, bool, error) {
	s := &suspects{}
	if k.plan.textID {
		s.texts = map[uint64]string{}
	} else {
		s.numbers = map[uint64]int64{}
	}
	l, known := r.Band().Lattice(tiles.WebMercatorQuad()), true
	for _, box := range boxes {
		lo := mvt.Position{X: int64((box.MinX-l.MinX)*l.Scale) - 2, Y: int64((l.MaxY-box.MaxY)*l.Scale) - 2}
		hi := mvt.Position{X: int64((box.MaxX-l.MinX)*l.Scale) + 2, Y: int64((l.MaxY-box.MinY)*l.Scale) + 2}
		err := r.Touching(lo, hi, func(f *cell.Feature) error {
			switch key := f.Values[0]; {
			case k.plan.textID:
				text, ok := textOf(key)
				if before, again := s.texts[f.ID]; again && before != text {
					ok = false // two keys of one hash
				}
				known = known && ok
				s.texts[f.ID] = text
			case key != nil && !k.plan.hasID: // the id is a hash of it
				known = false
			default:
				s.numbers[f.ID] = int64(f.ID)
			}
			return nil
		})
		if errors.Is(err, cell.ErrRecord) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	return s, known, nil
}

// textOf is the text of an encoded Tile.Value.
func textOf(v []byte) (string, bool) {
	const tagString = 1<<3 | 2 // MVT 2.1 §4.4, vector_tile.proto
	if len(v) < 2 || v[0] != tagString {
		return "", false
	}
	n, used := binary.Uvarint(v[1:])
	if used <= 0 || n != uint64(len(v)-1-used) {
		return "", false
	}
	return string(v[1+used:]), true
}

// renewal takes rows of one cell, each once.
type renewal struct {
	k     *packer
	band  cell.Band
	b     *cell.Builder
	fresh map[uint64]struct{} // ids of the rows read
}

func (r *renewal) read(ctx context.Context, tx pgx.Tx, sql string, args ...any) error {
	rows, err := tx.Query(ctx, sql, append([]any{r.k.plan.formats}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row := rows.RawValues()
		now, err := r.k.owning.take(ctx, row)
		if err == nil && now {
			err = r.add(row)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

func (r *renewal) add(row [][]byte) error {
	id, err := r.k.plan.tileID(row[1])
	if err != nil {
		return err
	}
	if _, again := r.fresh[id]; again {
		return nil
	}
	r.fresh[id] = struct{}{}
	if row[0] == nil {
		return nil
	}
	err = r.k.lattice.Read(&r.k.shape, row[0])
	if errors.Is(err, mvt.ErrEWKB) || errors.Is(err, errBeyond) {
		return nil
	}
	if err != nil {
		return err
	}
	size := overview.SizeOf(&r.k.shape, finest().Bits())
	coarsen(&r.k.shape, finest().Bits()-r.band.Bits())
	if !r.b.Geometry(&r.k.shape) {
		return nil
	}
	if _, err := r.k.values.attributes(r.b, r.k.plan, row); err != nil {
		return err
	}
	r.b.EndFeature(cell.Meta{ID: id, Owner: r.k.owning.owner, Rank: size.Rank(id)})
	return nil
}
