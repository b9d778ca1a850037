package postgis

import (
	"context"

	"gisd/spatial"
	"gisd/spatial/postgis/filter"
	"gisd/tiles"
)

// planFor is the plan of a request. One that draws only some properties reads
// only these; it is made for the one tile, since callers choose.
func (s *Source) planFor(r tiles.LayerRequest) (*plan, error) {
	if r.Query == nil || r.Query.Properties == nil {
		return s.plan(r.Collection, r.Matrix)
	}
	some := *r.Collection
	some.Fields = nil
	for _, f := range r.Collection.Fields {
		if r.Query.Has(f.Name) {
			some.Fields = append(some.Fields, f)
		}
	}
	set, err := tiles.MatrixSet(r.Matrix)
	if err != nil {
		return nil, err
	}
	p, err := newPlan(&some, set)
	if err == nil && !r.Query.Has(tiles.AngleProperty) {
		p.angle = 0
	}
	return p, err
}

// statement selects the rows of the box that the query and the limits of the caller
// leave.
func (p *plan) statement(r tiles.LayerRequest, box spatial.Envelope) (string, []any, error) {
	text, args := p.sql, []any{p.formats, box.MinX, box.MinY, box.MaxX, box.MaxY}
	if r.Query.Rows() || r.Collection.Limits.Rows() {
		const first = 5 // behind the box
		q := r.Query
		if q == nil {
			q = &tiles.Query{}
		}
		condition, more, err := filter.Where(r.Collection, q.Time, q.Filter, first)
		if err != nil {
			return "", nil, err
		}
		text, args = text+"\n  and "+condition, append(args, more...)
	}
	if r.Coord.Z >= sortedFrom {
		text += byID
	}
	return text, args, nil
}

// Vacant implements tiles.Prober with a look into the index on geom.
func (s *Source) Vacant(ctx context.Context, c *spatial.Collection, at tiles.Coord) (bool, error) {
	p, err := s.plan(c, "")
	if err != nil {
		return false, err
	}
	view, err := p.view(at)
	if err != nil || view.none {
		return view.none, err
	}
	box := view.box
	var any bool
	err = s.pool.QueryRow(ctx, p.any, box.MinX, box.MinY, box.MaxX, box.MaxY).Scan(&any)
	if err != nil {
		return false, wrap(ctx, c.ID, err)
	}
	return !any, nil
}
