package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
)

// replaceEdits decides what becomes of the edits of the version that is
// replaced: made again on the new one, or kept in history alone.
func (g *staging) replaceEdits(ctx context.Context, p *importers.Plan, tell importers.SettleListener, out *importers.Outcome) error {
	if p.Base == nil || p.Base.Edits.Count == 0 {
		return nil
	}
	return pgx.BeginTxFunc(ctx, g.conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		m := &merger{g: g, p: p, tx: tx, tell: tell, out: out, base: ident("data", g.base), next: ident("data", g.table)}
		var err error
		if g.seen, err = editsStamp(ctx, tx, p.Options.Collection, p.Base.Version); err != nil {
			return err
		}
		if p.Options.DiscardEdits {
			out.Discarded = g.seen.Count
			return m.keepDiscarded(ctx)
		}
		m.pairs = pairFields(p)
		for _, step := range []func(context.Context) error{m.findEdited, m.tellContradicted, m.layUpdates, m.repeatOthers, m.carry} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		out.Rebased = g.seen.Count
		return nil
	})
}

// keepDiscarded puts edited features into history, where they can be found after
// their version is gone.
func (m *merger) keepDiscarded(ctx context.Context) error {
	m.g.past = true
	_, err := m.make(ctx, m.g.temp("past"), pastRows(m.p.Base, "'replace'"),
		lit("\nfrom gisd.edit e join "), m.base, lit(" c on c.id = "), m.editID(), lit(" where "), m.editsOf(lit("e.")))
	return err
}

// editID is an edit's id in the type of the ids.
func (m *merger) editID() fragment {
	if m.p.Base.IDKind == spatial.IDInteger {
		return lit("e.id::bigint")
	}
	return lit("e.id")
}

// pair is a property that both versions have.
type pair struct{ held, next spatial.Field }

func pairFields(p *importers.Plan) []pair {
	var pairs []pair
	for _, f := range p.Version {
		if held, ok := p.Base.Field(f.Name); ok {
			pairs = append(pairs, pair{held, f})
		}
	}
	return pairs
}

// in is a value of the version that is replaced as the new one holds it.
func (pr pair) in(row string) fragment {
	return convertible(pr.held.Type, pr.next.Type, ident(row, pr.held.Column))
}

// hasBoth tells whether both versions have geometry.
func (m *merger) hasBoth() bool {
	return m.hasGeometry() && m.p.Base.Geometry != spatial.GeometryNone
}

// moved is a geometry of the version that is replaced in the shape of the new.
func (m *merger) moved(geom staticSQL) fragment {
	return shaped(lit(geom), shape{m.p.Base.Dimensions, m.p.Base.SRID}, shape{m.p.Dimensions, m.g.srid})
}

// findEdited makes the table edited as editedRows does, s being a feature of the
// new version. All of them are hit.
func (m *merger) findEdited(ctx context.Context) error {
	said := make([]fragment, len(m.p.Version))
	for i, f := range m.p.Version {
		said[i] = ident("s", f.Column)
	}
	comparable := []fragment{}
	for _, pr := range m.pairs {
		comparable = append(comparable, concat(pr.in("o"), lit(" as "), ident(pr.next.Column)))
	}
	geom := lit("null::geometry")
	if m.hasBoth() {
		geom = m.moved("e.original_geom")
	}
	_, err := m.make(ctx, m.g.temp("edited"), lit("select e.id, e.operation, e.changed_by, e.first_at, e.last_at, c.ctid as place, s.ctid as new, true as hit,\n  case when e.original is not null then "),
		asJSON(comparable), lit(" end as original, e.original as properties, "), geom, lit(" as original_geom,\n  case when s.ctid is not null then "), asJSON(said),
		lit(" end as now, s.geom as now_geom, null::jsonb as held, null::geometry as held_geom\nfrom gisd.edit e\nleft join "), m.base, lit(" c on c.id = "), m.editID(),
		lit("\nleft join "), m.next, lit(" s on s.id = "), m.editID(),
		lit("\nleft join lateral jsonb_populate_record(null::"), m.base, lit(", e.original) o on true\nwhere "), m.editsOf(lit("e.")))
	return err
}

func (m *merger) tellContradicted(ctx context.Context) error {
	_, err := m.listEdited(ctx, contradicted)
	return err
}

// layUpdates lays edited values over the features that were updated: value by
// value, where the edit changed something it wins.
func (m *merger) layUpdates(ctx context.Context) error {
	var set []fragment
	for _, pr := range m.pairs {
		set = append(set, concat(ident(pr.next.Column), lit(" = case when "), ident("c", pr.held.Column), lit(" is not distinct from "), ident("o", pr.held.Column),
			lit(" then "), ident("n", pr.next.Column), lit(" else "), pr.in("c"), lit(" end")))
	}
	if m.hasBoth() {
		set = append(set, concat(lit("geom = case when c.geom is not distinct from b.original_geom then n.geom else "), m.moved("c.geom"), lit(" end")))
	}
	set = append(set, lit("revision = c.revision, recorded_at = c.recorded_at, changed_by = c.changed_by"))
	_, err := m.exec(ctx, lit("update "), m.next, lit(" n set "), list(set...), lit("\nfrom "), m.g.temp("edited"), lit(" e\njoin gisd.edit b on "), m.editsOf(lit("b.")),
		lit(" and b.id = e.id\njoin "), m.base, lit(" c on c.ctid = e.place\ncross join lateral jsonb_populate_record(null::"), m.base,
		lit(", e.properties) o\nwhere e.operation = 'update' and e.new = n.ctid"))
	return err
}

// repeatOthers makes deletions again, and puts features that the source does not
// have, or has beside one that people made, as they are into the new version.
func (m *merger) repeatOthers(ctx context.Context) error {
	_, err := m.exec(ctx, lit("delete from "), m.next, lit(" n using "), m.g.temp("edited"), lit(" e where e.operation in ('delete', 'insert') and e.new = n.ctid"))
	if err != nil {
		return err
	}
	var columns, values []fragment
	for _, pr := range m.pairs {
		columns, values = append(columns, ident(pr.next.Column)), append(values, pr.in("c"))
	}
	columns, values = append(columns, lit("id, revision, recorded_at, changed_by")), append(values, lit("c.id, c.revision, c.recorded_at, c.changed_by"))
	if m.hasBoth() {
		columns, values = append(columns, lit("geom")), append(values, m.moved("c.geom"))
	}
	_, err = m.exec(ctx, lit("insert into "), m.next, lit(" ("), list(columns...), lit(")\nselect "), list(values...), lit("\nfrom "), m.g.temp("edited"), lit(" e join "), m.base,
		lit(" c on c.ctid = e.place\nwhere e.operation = 'insert' or e.operation = 'update' and e.new is null"))
	return err
}
