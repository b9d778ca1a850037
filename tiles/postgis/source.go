package postgis

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/mvt"
)

// maxPlans bounds the plans kept; versions that nobody draws any more go with
// the rest.
const maxPlans = 1024

// Source draws collections from the rows of their current version. It is safe
// for goroutines.
type Source struct {
	pool     *pgxpool.Pool
	metrics  *metrics
	drawings sync.Pool
	slots    chan struct{} // one for each connection that tiles may hold

	mu    sync.Mutex
	plans map[planKey]planEntry
}

// planKey: a table belongs to one version, of which callers see what their limits
// leave.
type planKey struct {
	table, matrix string
	limits        [16]byte
}

// sortedFrom is the first zoom whose rows come in the order of their ids. Below
// it the rows of a whole province would be sorted on disk.
const sortedFrom = 13

// planEntry remembers what the plan was made from: fields and extent may change
// under a table's name.
type planEntry struct {
	collection *spatial.Collection
	plan       *plan
}

// drawing is the reusable memory of one Layer call.
type drawing struct {
	encoder *mvt.Encoder
	values  values
	view    tileView // of label points
	labels  labelling
}

var _ tiles.Source = (*Source)(nil)

// NewSource reads through the pool of spatial/postgis; reg may be nil. Tiles
// hold at most three quarters of its connections, so that however slow they
// are, the rest of the server still reaches the database.
func NewSource(pool *pgxpool.Pool, reg prometheus.Registerer) *Source {
	return &Source{
		slots: make(chan struct{}, max(1, pool.Config().MaxConns*3/4)),
		pool:  pool, metrics: newMetrics(reg), plans: map[planKey]planEntry{},
		drawings: sync.Pool{New: func() any { return &drawing{encoder: mvt.NewEncoder()} }},
	}
}

// Layer implements tiles.Source. A feature that cannot be drawn (a curve, a
// vertex at the other end of the world from its projection) is left out and
// counted. Errors: not_found when the caller may not read the collection, else
// those of the database.
func (s *Source) Layer(ctx context.Context, r tiles.LayerRequest) ([]byte, error) {
	if !r.Access.CanRead(r.Collection) {
		return nil, spatial.NotFound("tiles/postgis: layer", "There is no such collection.")
	}
	p, err := s.planFor(r)
	if err != nil {
		return nil, err
	}
	view, err := p.view(r.Coord)
	if err != nil || view.none {
		return nil, err
	}
	d := s.drawings.Get().(*drawing)
	defer s.drawings.Put(d)
	d.encoder.Reset()
	if p.labels {
		view.grid.Buffer, d.view = 0, view
	}
	if err := d.encoder.BeginLayer(r.Collection.ID, view.grid, p.keys); err != nil {
		return nil, err
	}
	statement, args, err := p.statement(r, view.box)
	if err != nil {
		return nil, err
	}
	if err := s.rows(ctx, d, p, statement, args); err != nil {
		return nil, wrap(ctx, r.Collection.ID, err)
	}
	d.encoder.EndLayer()
	return d.encoder.Tile(), nil
}

// wrap names the collection. A table that is gone was replaced twice since the
// catalogue was read.
func wrap(ctx context.Context, id string, err error) error {
	op := "tiles/postgis: draw " + id
	if postgis.SQLState(err) == postgis.StateUndefinedTable {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "The collection was replaced just now; try again.", Err: fmt.Errorf("%w: %w", tiles.ErrReplaced, err)}
	}
	return postgis.Wrap(ctx, op, err)
}

// rows streams the rows of the box through the encoder; raw values belong to
// the connection's buffer and are never copied.
func (s *Source) rows(ctx context.Context, d *drawing, p *plan, statement string, args []any) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	rows, err := s.pool.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.feature(d, p, rows.RawValues()); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Source) feature(d *drawing, p *plan, values [][]byte) error {
	if values[0] == nil {
		return nil
	}
	geometry := values[0]
	if p.labels {
		var err error
		if geometry, err = d.labels.point(geometry, &d.view); err == nil && geometry == nil {
			return nil
		} else if err != nil && !errors.Is(err, mvt.ErrEWKB) && !errors.Is(err, errBeyond) {
			return err
		}
	}
	ok, err := d.encoder.Geometry(geometry)
	if errors.Is(err, mvt.ErrEWKB) || errors.Is(err, errBeyond) {
		s.metrics.skipped.Inc()
		return nil
	}
	if err != nil || !ok {
		return err
	}
	id, err := d.values.attributes(d.encoder, p, values)
	if err != nil {
		return err
	}
	if p.angle > 0 && d.labels.line {
		d.encoder.Double(p.angle, d.labels.angle)
	}
	d.encoder.EndFeature(id)
	return nil
}

func (s *Source) plan(c *spatial.Collection, matrix string) (*plan, error) {
	key := planKey{table: c.Table, matrix: matrix}
	if c.Limits != nil {
		key.limits = c.Limits.Key
	}
	if c.LabelsOf != "" {
		key.table += tiles.LabelSuffix
	}
	s.mu.Lock()
	e := s.plans[key]
	s.mu.Unlock()
	if e.collection == c {
		return e.plan, nil
	}
	set, err := tiles.MatrixSet(matrix)
	if err != nil {
		return nil, err
	}
	p, err := newPlan(c, set)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.plans) >= maxPlans {
		clear(s.plans)
	}
	s.plans[key] = planEntry{c, p}
	return p, nil
}
