package postgis

import (
	"context"
	"errors"
	"math"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/pyramid"
)

// blockZoom is the first zoom of the coarsest band that is packed from rows. Its
// tiles are the blocks of work: the rows of one are read once for the cells of
// every such band.
const blockZoom = tiles.PlainZoom

// plainBands are the bands that are packed as the rows are, the finest first:
// those of blockZoom and up in which the collection is drawn.
func plainBands(c *spatial.Collection) []cell.Band {
	var out []cell.Band
	for _, b := range cell.Bands() {
		if b.First >= blockZoom && int(b.Last) >= c.MinZoom {
			out = append([]cell.Band{b}, out...)
		}
	}
	return out
}

// maxKeys is how many property names a record holds.
const maxKeys = 255

// errSpread says that features are so large beside the cells that packing them
// would multiply them.
var errSpread = errors.New("tiles/postgis: features span too many cells")

// maxBlocks is how many blocks so many features may lie on.
func maxBlocks(features int64) int { return int(min(4*(features+1000), 4_000_000)) }

// boxesAtOnce is how many features' boxes are looked at rather than going to the
// next zoom.
const boxesAtOnce = 512

// finder finds the blocks that rows lie on, without reading all of them: from
// the world's tile down, until few enough rows are left to look at their boxes.
type finder struct {
	tx     pgx.Tx
	plan   *plan
	max    int
	blocks map[tiles.Coord]struct{}
}

func (f *finder) find(ctx context.Context, at tiles.Coord) error {
	view, err := f.plan.view(at)
	if err != nil || view.none {
		return err
	}
	limit := boxesAtOnce + 1
	if at.Z == blockZoom {
		limit = 1
	}
	boxes, err := f.boxes(ctx, view.box, limit)
	switch {
	case err != nil:
		return err
	case at.Z == blockZoom && len(boxes) > 0:
		return f.add(at)
	case len(boxes) < limit:
		for _, box := range boxes {
			if err := f.cover(box, at); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range uint32(4) {
		if err := f.find(ctx, tiles.Coord{Z: at.Z + 1, X: at.X*2 + i%2, Y: at.Y*2 + i/2}); err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) boxes(ctx context.Context, box spatial.Envelope, limit int) ([]spatial.Envelope, error) {
	rows, err := f.tx.Query(ctx, f.plan.boxes, box.MinX, box.MinY, box.MaxX, box.MaxY, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e spatial.Envelope, err error) {
		err = row.Scan(&e.MinX, &e.MinY, &e.MaxX, &e.MaxY)
		return e, err
	})
}

// cover adds the blocks under a feature's box; where the box cannot be
// projected, all of those under the tile that it was found on.
func (f *finder) cover(box spatial.Envelope, found tiles.Coord) error {
	box = f.plan.mercator(box)
	from, to, ok := pyramid.Touched(box, blockZoom)
	if !ok {
		shift := blockZoom - found.Z
		from = tiles.Coord{Z: blockZoom, X: found.X << shift, Y: found.Y << shift}
		to = tiles.Coord{Z: blockZoom, X: (found.X+1)<<shift - 1, Y: (found.Y+1)<<shift - 1}
	}
	if int64(to.X-from.X+1)*int64(to.Y-from.Y+1) > int64(f.max) {
		return errSpread
	}
	for y := from.Y; y <= to.Y; y++ {
		for x := from.X; x <= to.X; x++ {
			if err := f.add(tiles.Coord{Z: blockZoom, X: x, Y: y}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *finder) add(block tiles.Coord) error {
	f.blocks[block] = struct{}{}
	if len(f.blocks) > f.max {
		return errSpread
	}
	return nil
}

// mercator converts a box of the storage CRS to SRID 3857, empty where it cannot
// be: small ones by their corners and what an edge may bow out.
func (p *plan) mercator(box spatial.Envelope) spatial.Envelope {
	box.SRID = 0
	if p.exact == nil {
		box.SRID = spatial.SRIDWebMercator
		return box
	}
	if p.geo {
		box.MinY, box.MaxY = max(box.MinY, -maxLatitude), min(box.MaxY, maxLatitude)
	}
	width, height := box.MaxX-box.MinX, box.MaxY-box.MinY
	if max(width, height) > p.regions.side {
		out, err := p.exact.Envelope(box)
		if err != nil {
			return spatial.EmptyEnvelope(spatial.SRIDWebMercator)
		}
		return out
	}
	corners := []float64{box.MinX, box.MinY, box.MaxX, box.MinY, box.MaxX, box.MaxY, box.MinX, box.MaxY}
	out := spatial.EmptyEnvelope(spatial.SRIDWebMercator)
	if p.regions.projector()(corners) != nil {
		return out
	}
	for i := 0; i < len(corners); i += 2 {
		out = out.Extend(corners[i], corners[i+1])
	}
	bow := 0.02 * math.Max(out.MaxX-out.MinX, out.MaxY-out.MinY)
	out.MinX, out.MinY, out.MaxX, out.MaxY = out.MinX-bow, out.MinY-bow, out.MaxX+bow, out.MaxY+bow
	return out
}

// toMercator converts boxes of any system to SRID 3857, rounded outwards.
func toMercator(boxes []spatial.Envelope) ([]spatial.Envelope, error) {
	out := make([]spatial.Envelope, 0, len(boxes))
	for _, box := range boxes {
		if box.SRID != spatial.SRIDWebMercator {
			t, err := crs.NewTransform(box.SRID, spatial.SRIDWebMercator)
			if err != nil {
				return nil, err
			}
			if box, err = t.Envelope(box); err != nil {
				return nil, err
			}
		}
		out = append(out, box)
	}
	return out, nil
}
