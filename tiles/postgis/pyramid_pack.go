package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/overview"
)

// maxRecord bounds a record; a cell beyond it is left to rows, which read no
// more than a tile wants.
const maxRecord = 8 << 20

// weighEvery is after how many features a record in the making is weighed, which
// means looking at all values it holds.
const weighEvery = 1024

// packed is a cell ready to be stored. Without a record it is too large.
type packed struct {
	coord    tiles.Coord
	features int
	record   []byte
}

// packer packs the rows of one cell or block after the other. It is not safe for
// goroutines; its memory is used again.
type packer struct {
	plan    *plan
	bands   []cell.Band // the finest first
	lattice mvt.Lattice // of the finest band there is, so that a rank is the same in all
	size    overview.Size
	ranked  bool   // the row at hand has its
	rank    uint16 // by its size and id
	shape   mvt.Shape
	values  values
	owning  owning
	cells   map[tiles.Coord]*packing
	free    map[uint32][]*cell.Builder // by zoom: those of coarse cells have grown large
	skipped int64
	read    int64
}

// packing is one cell in the making.
type packing struct {
	builder *cell.Builder
	large   bool
}

func newPacker(p *plan, bands []cell.Band) *packer {
	k := &packer{plan: p, bands: bands, owning: owning{plan: p}, cells: map[tiles.Coord]*packing{}, free: map[uint32][]*cell.Builder{}}
	k.lattice = finest().Lattice(tiles.WebMercatorQuad())
	if p.regions != nil {
		k.lattice.Project = p.regions.projector()
	}
	return k
}

// finest is the band whose lattice rows are read on.
func finest() cell.Band {
	bands := cell.Bands()
	return bands[len(bands)-1]
}

// querier is a pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// pack reads the rows under a tile and hands out those cells of the bands that
// lie within it, or hold it.
func (k *packer) pack(ctx context.Context, db querier, at tiles.Coord, emit func(packed) error) error {
	view, err := k.plan.view(at)
	if err != nil || view.none {
		return err
	}
	box := view.box
	rows, err := db.Query(ctx, k.plan.sql, k.plan.formats, box.MinX, box.MinY, box.MaxX, box.MaxY)
	if err != nil {
		return err
	}
	defer rows.Close()
	k.owning.begin()
	for rows.Next() {
		row := rows.RawValues()
		now, err := k.owning.take(ctx, row)
		if err == nil && now {
			err = k.add(at, row)
		}
		if err != nil {
			return fmt.Errorf("tiles/postgis: pack %v: %w", at, err)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := k.owning.settle(ctx, db, func(row [][]byte) error { return k.add(at, row) }); err != nil {
		return fmt.Errorf("tiles/postgis: pack %v: %w", at, err)
	}
	return k.finish(emit)
}

func (k *packer) add(at tiles.Coord, row [][]byte) error {
	if row[0] == nil {
		return nil
	}
	k.read++
	err := k.lattice.Read(&k.shape, row[0])
	if errors.Is(err, mvt.ErrEWKB) || errors.Is(err, errBeyond) {
		k.skipped++
		return nil
	}
	if err != nil {
		return err
	}
	bits := finest().Bits()
	k.size, k.ranked = overview.SizeOf(&k.shape, bits), false
	for _, band := range k.bands {
		coarsen(&k.shape, bits-band.Bits())
		bits = band.Bits()
		lo, hi, ok := k.shape.Bounds()
		if !ok {
			return nil
		}
		from, to := band.Covering(lo, hi)
		from, to = within(from, to, at)
		for y := from.Y; y <= to.Y && from.X <= to.X; y++ {
			for x := from.X; x <= to.X; x++ {
				if err := k.put(band, tiles.Coord{Z: band.First, X: x, Y: y}, row); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// coarsen moves the shape to a lattice with so many bits less.
func coarsen(s *mvt.Shape, bits uint) {
	for i, p := range s.Positions {
		s.Positions[i] = mvt.Position{X: p.X >> bits, Y: p.Y >> bits}
	}
}

// within cuts a range of cells to those under the tile at, or above it. An empty
// range has from beyond to.
func within(from, to, at tiles.Coord) (tiles.Coord, tiles.Coord) {
	var x0, y0, x1, y1 uint32
	if from.Z >= at.Z {
		shift := from.Z - at.Z
		x0, y0, x1, y1 = at.X<<shift, at.Y<<shift, (at.X+1)<<shift-1, (at.Y+1)<<shift-1
	} else {
		shift := at.Z - from.Z
		x0, y0 = at.X>>shift, at.Y>>shift
		x1, y1 = x0, y0
	}
	from.X, from.Y = max(from.X, x0), max(from.Y, y0)
	to.X, to.Y = min(to.X, x1), min(to.Y, y1)
	return from, to
}

func (k *packer) put(band cell.Band, at tiles.Coord, row [][]byte) error {
	c := k.cells[at]
	if c == nil {
		b, err := k.builder(band, at)
		if err != nil {
			return err
		}
		c = &packing{builder: b}
		k.cells[at] = c
	}
	if c.large || !c.builder.Geometry(&k.shape) {
		return nil
	}
	id, err := k.values.attributes(c.builder, k.plan, row)
	if err != nil {
		return err
	}
	if !k.ranked {
		k.rank, k.ranked = k.size.Rank(id), true
	}
	c.builder.EndFeature(cell.Meta{ID: id, Owner: k.owning.owner, Rank: k.rank})
	if n := c.builder.Len(); n%weighEvery == 0 && c.builder.Size() > maxRecord {
		c.large = true
		c.builder = nil // its memory with it
	}
	return nil
}

func (k *packer) builder(band cell.Band, at tiles.Coord) (*cell.Builder, error) {
	b := cell.NewBuilder()
	if free := k.free[at.Z]; len(free) > 0 {
		b, k.free[at.Z] = free[len(free)-1], free[:len(free)-1]
	}
	return b, b.Reset(band, at, k.plan.keys)
}

// finish hands out the cells and keeps their builders.
func (k *packer) finish(emit func(packed) error) error {
	defer clear(k.cells)
	for at, c := range k.cells {
		if c.large || c.builder.Size() > maxRecord {
			if err := emit(packed{coord: at}); err != nil {
				return err
			}
			continue
		}
		if n := c.builder.Len(); n > 0 {
			record, err := c.builder.Append(nil)
			if err != nil {
				return err
			}
			if err := emit(packed{coord: at, features: n, record: record}); err != nil {
				return err
			}
		}
		k.free[at.Z] = append(k.free[at.Z], c.builder)
	}
	return nil
}

// packable reports whether a collection can have cells at all.
func packable(c *spatial.Collection, p *plan) bool {
	return c.Version > 0 && c.GeometryType != spatial.GeometryNone && len(p.keys) <= maxKeys && len(plainBands(c)) > 0
}
