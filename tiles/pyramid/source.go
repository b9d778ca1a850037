package pyramid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
)

// Config wires a Source.
type Config struct {
	Rows     tiles.Source // answers where no cell does
	Cells    Store
	MaxBytes int64 // memory for hot cells; 0 is DefaultMaxBytes
	Log      *slog.Logger
}

// Source draws collections from their cells. A tile cut from a cell is the tile
// drawn from the rows, byte for byte, in the bands that are not generalised. It
// is safe for goroutines.
type Source struct {
	rows      tiles.Source
	memory    *memory
	suspended suspended
	owners    owners
	cutters   sync.Pool
	reduced   reductions
	metrics   *metrics
	log       *slog.Logger
}

var _ tiles.Source = (*Source)(nil)

// NewSource returns a source; reg may be nil.
func NewSource(c Config, reg prometheus.Registerer) (*Source, error) {
	m, err := newMemory(c.Cells, c.MaxBytes)
	if err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Source{rows: c.Rows, memory: m, log: c.Log, owners: owners{store: c.Cells}, cutters: sync.Pool{New: func() any { return cell.NewCutter() }}}
	s.metrics = newMetrics(reg, s)
	return s, nil
}

// Layer implements tiles.Source. Errors: not_found when the caller may not read
// the collection, else those of the database.
func (s *Source) Layer(ctx context.Context, r tiles.LayerRequest) ([]byte, error) {
	c := r.Collection
	if err := ctx.Err(); err != nil {
		return nil, wrap(ctx, c.ID, err)
	}
	band, ok := Packed(c, r.Coord.Z)
	choice := s.reduced.choice(c, r.Coord.Z)
	// From the second step on small scales keep no properties but one.
	some := band.First < tiles.PlainZoom && choice.Step > generalise.StepNone && r.Query != nil && r.Query.Properties != nil
	// Who is limited to areas that the cells do not tell apart has no pyramid, and no band.
	if !ok || some || r.Matrix != "" || r.Query.Rows() || !r.Access.CanRead(c) || c.Limits.Rows() && c.Pyramid.Within == nil {
		return s.rows.Layer(ctx, r)
	}
	r = reduce(r, choice)
	s.metrics.generalised[choice.Step].Inc()
	// Small scales take seconds from rows: they show an edit once they are made again.
	if band.First >= tiles.PlainZoom && s.suspended.touch(c.ID, r.Coord) {
		s.metrics.answers.rows.Inc()
		return s.rows.Layer(ctx, r)
	}
	e, hit, err := s.memory.get(ctx, Key{c.Pyramid.ID, band.Cell(r.Coord), made(c, r.Coord.Z)})
	if errors.Is(err, cell.ErrRecord) {
		s.log.ErrorContext(ctx, "a packed cell is damaged: `gisd tiles build` makes it anew", "collection", c.ID, "error", err)
		s.metrics.damaged.Inc()
		e, err = entry{rows: true}, nil
	}
	switch {
	case err != nil:
		return nil, wrap(ctx, c.ID, err)
	case e.rows:
		s.metrics.answers.rows.Inc()
		return s.rows.Layer(ctx, r)
	case hit:
		s.metrics.answers.memory.Inc()
	default:
		s.metrics.answers.database.Inc()
	}
	if e.empty {
		return nil, nil
	}
	tile, err := s.cut(ctx, r, e.record, choice)
	if errors.Is(err, cell.ErrOwner) {
		s.metrics.answers.rows.Inc()
		return s.rows.Layer(ctx, r)
	}
	return tile, err
}

// made tells the cells of a zoom from those that were there before them.
func made(c *spatial.Collection, z uint32) int64 {
	b, _ := c.Pyramid.Band(int(z))
	return b.Made
}

// cut draws the tile from its cell: of who sees some areas alone, the features of the
// owners in these.
func (s *Source) cut(ctx context.Context, r tiles.LayerRequest, record cell.Record, choice generalise.Choice) ([]byte, error) {
	c, at := r.Collection, r.Coord
	cutter := s.cutters.Get().(*cell.Cutter)
	defer s.cutters.Put(cutter)
	o := cell.Options{Layer: c.ID, Buffer: tiles.TileBuffer, Properties: drawn(c, r.Query)}
	if at.Z >= tiles.PlainZoom {
		o.MinRank = uint16(choice.MinRank)
	}
	// An edit may have made an owner since others were read.
	for again := false; ; again = true {
		if areas := c.Pyramid.Within; areas != nil {
			var err error
			if o.Owners, o.Known, err = s.owners.of(ctx, areas, again); err != nil {
				return nil, wrap(ctx, c.ID, err)
			}
		}
		cutter.Reset()
		_, err := cutter.Cut(record, at, o)
		if err == nil {
			return cutter.Tile(), nil
		}
		if again || !errors.Is(err, cell.ErrOwner) {
			return nil, fmt.Errorf("pyramid: cut %s %v: %w", c.ID, at, err)
		}
	}
}

// drawn are the properties that a query wants and the caller may see, nil for all;
// the key of a feature whose id is a hash comes with them.
func drawn(c *spatial.Collection, q *tiles.Query) []string {
	var names []string
	switch all := q == nil || q.Properties == nil; {
	case all && !c.Limits.Columns():
		return nil
	case !c.Limits.Columns():
		names = q.Properties
	default:
		names = []string{}
		for _, f := range c.Fields {
			if q.Has(f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	if _, named := c.Whole().Field(tiles.KeyProperty); named && c.IDKind == spatial.IDInteger {
		return names
	}
	return append([]string{tiles.KeyProperty}, names...)
}

func wrap(ctx context.Context, id string, err error) error {
	op := "pyramid: draw " + id
	switch ctx.Err() {
	case nil:
		return fmt.Errorf("%s: %w", op, err)
	case context.DeadlineExceeded:
		return &spatial.Error{Code: spatial.CodeTimeout, Op: op, Message: "The tile was not ready in time.", Err: err}
	}
	return &spatial.Error{Code: spatial.CodeCanceled, Op: op, Message: "The request was cancelled.", Err: err}
}

// Forget drops the cells in memory that the boxes touch and that hold features as
// they are; what is being read just now is not kept either. Boxes are in SRID 3857.
func (s *Source) Forget(c *spatial.Collection, boxes []spatial.Envelope) { s.forget(c, boxes, false) }

// Small reports whether all tiles of small scales that show a collection come from
// cells.
func (s *Source) Small(c *spatial.Collection) bool {
	for z := c.MinZoom; z < tiles.PlainZoom; z++ {
		if _, ok := Packed(c, uint32(z)); !ok {
			return false
		}
	}
	return true
}

// ForgetSmall is Forget for the cells of small scales, which hold features no
// more as they are.
func (s *Source) ForgetSmall(c *spatial.Collection, boxes []spatial.Envelope) {
	s.forget(c, boxes, true)
}

func (s *Source) forget(c *spatial.Collection, boxes []spatial.Envelope, small bool) {
	var bands []spatial.ZoomBand
	for _, b := range c.Pyramid.Bands {
		if b.First < tiles.PlainZoom == small {
			bands = append(bands, b)
		}
	}
	s.memory.forget(c.Pyramid.ID, bands, boxes)
}

// Suspend has tiles that the boxes touch come from rows, which an edit has
// changed and whose cells are not packed again yet. Calls with equal boxes
// count: each wants a Resume. Boxes are in SRID 3857.
func (s *Source) Suspend(c *spatial.Collection, boxes []spatial.Envelope) {
	s.suspended.change(c.ID, boxes, 1)
}

// Resume takes one Suspend of the same boxes back; Forget goes before it.
func (s *Source) Resume(c *spatial.Collection, boxes []spatial.Envelope) {
	s.suspended.change(c.ID, boxes, -1)
}
