package imports

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// replaceEdits decides what becomes of the edits of the version that is
// replaced: made again on the new one, or kept in history alone.
func (g *staging) replaceEdits(ctx context.Context, p *importers.Plan, tell importers.SettleListener, out *importers.Outcome) error {
	if p.Base == nil || p.Base.Edits.Count == 0 {
		return nil
	}
	return pgx.BeginTxFunc(ctx, g.conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		m := &merger{g: g, p: p, tx: tx, tell: tell, out: out, base: sql.Ident("data", g.base), next: sql.Ident("data", g.table)}
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
		sql.Lit("\nfrom gisd.edit e join "), m.base, sql.Lit(" c on c.id = "), m.editID(), sql.Lit(" where "), m.editsOf(sql.Lit("e.")))
	return err
}

// editID is an edit's id in the type of the ids.
func (m *merger) editID() sql.Fragment {
	if m.p.Base.IDKind == spatial.IDInteger {
		return sql.Lit("e.id::bigint")
	}
	return sql.Lit("e.id")
}

// pair is a property that both versions have, and that may change.
type pair struct{ held, next spatial.Field }

func pairFields(p *importers.Plan) []pair {
	var pairs []pair
	for _, f := range p.Version {
		if held, ok := p.Base.Field(f.Name); ok && !f.IsID() {
			pairs = append(pairs, pair{held, f})
		}
	}
	return pairs
}

// in is a value of the version that is replaced as the new one holds it.
func (pr pair) in(row string) sql.Fragment {
	return convertible(pr.held.Type, pr.next.Type, sql.Ident(row, pr.held.Column))
}

// hasBoth tells whether both versions have geometry.
func (m *merger) hasBoth() bool {
	return m.hasGeometry() && m.p.Base.Geometry != spatial.GeometryNone
}

// moved is a geometry of the version that is replaced in the shape of the new.
func (m *merger) moved(geom sql.Static) sql.Fragment {
	return shaped(sql.Lit(geom), shape{m.p.Base.Dimensions, m.p.Base.SRID}, shape{m.p.Dimensions, m.g.srid})
}

// findEdited makes the table edited as editedRows does, s being a feature of the
// new version. All of them are hit.
func (m *merger) findEdited(ctx context.Context) error {
	var said []sql.Fragment
	for _, f := range m.p.Version {
		if !f.IsID() {
			said = append(said, sql.Ident("s", f.Column))
		}
	}
	comparable := []sql.Fragment{}
	for _, pr := range m.pairs {
		comparable = append(comparable, sql.Concat(pr.in("o"), sql.Lit(" as "), sql.Ident(pr.next.Column)))
	}
	geom := sql.Lit("null::geometry")
	if m.hasBoth() {
		geom = m.moved("e.original_geom")
	}
	_, err := m.make(ctx, m.g.temp("edited"), sql.Lit("select e.id, e.operation, e.changed_by, e.first_at, e.last_at, c.ctid as place, s.ctid as new, true as hit,\n  case when e.original is not null then "),
		asJSON(comparable), sql.Lit(" end as original, e.original as properties, "), geom, sql.Lit(" as original_geom,\n  case when s.ctid is not null then "), asJSON(said),
		sql.Lit(" end as now, s.geom as now_geom, null::jsonb as held, null::geometry as held_geom\nfrom gisd.edit e\nleft join "), m.base, sql.Lit(" c on c.id = "), m.editID(),
		sql.Lit("\nleft join "), m.next, sql.Lit(" s on s.id = "), m.editID(),
		sql.Lit("\nleft join lateral jsonb_populate_record(null::"), m.base, sql.Lit(", e.original) o on true\nwhere "), m.editsOf(sql.Lit("e.")))
	return err
}

func (m *merger) tellContradicted(ctx context.Context) error {
	_, err := m.listEdited(ctx, contradicted)
	return err
}

// layUpdates lays edited values over the features that were updated: value by
// value, where the edit changed something it wins.
func (m *merger) layUpdates(ctx context.Context) error {
	var set []sql.Fragment
	for _, pr := range m.pairs {
		set = append(set, sql.Concat(sql.Ident(pr.next.Column), sql.Lit(" = case when "), sql.Ident("c", pr.held.Column), sql.Lit(" is not distinct from "), sql.Ident("o", pr.held.Column),
			sql.Lit(" then "), sql.Ident("n", pr.next.Column), sql.Lit(" else "), pr.in("c"), sql.Lit(" end")))
	}
	if m.hasBoth() {
		set = append(set, sql.Concat(sql.Lit("geom = case when c.geom is not distinct from b.original_geom then n.geom else "), m.moved("c.geom"), sql.Lit(" end")))
	}
	set = append(set, sql.Lit("revision = c.revision, recorded_at = c.recorded_at, changed_by = c.changed_by"))
	_, err := m.exec(ctx, sql.Lit("update "), m.next, sql.Lit(" n set "), sql.List(set...), sql.Lit("\nfrom "), m.g.temp("edited"), sql.Lit(" e\njoin gisd.edit b on "), m.editsOf(sql.Lit("b.")),
		sql.Lit(" and b.id = e.id\njoin "), m.base, sql.Lit(" c on c.ctid = e.place\ncross join lateral jsonb_populate_record(null::"), m.base,
		sql.Lit(", e.properties) o\nwhere e.operation = 'update' and e.new = n.ctid"))
	return err
}

// repeatOthers makes deletions again, and puts features that the source does not
// have, or has beside one that people made, as they are into the new version.
func (m *merger) repeatOthers(ctx context.Context) error {
	_, err := m.exec(ctx, sql.Lit("delete from "), m.next, sql.Lit(" n using "), m.g.temp("edited"), sql.Lit(" e where e.operation in ('delete', 'insert') and e.new = n.ctid"))
	if err != nil {
		return err
	}
	var columns, values []sql.Fragment
	for _, pr := range m.pairs {
		columns, values = append(columns, sql.Ident(pr.next.Column)), append(values, pr.in("c"))
	}
	columns, values = append(columns, sql.Lit("id, revision, recorded_at, changed_by")), append(values, sql.Lit("c.id, c.revision, c.recorded_at, c.changed_by"))
	if m.hasBoth() {
		columns, values = append(columns, sql.Lit("geom")), append(values, m.moved("c.geom"))
	}
	_, err = m.exec(ctx, sql.Lit("insert into "), m.next, sql.Lit(" ("), sql.List(columns...), sql.Lit(")\nselect "), sql.List(values...), sql.Lit("\nfrom "), m.g.temp("edited"), sql.Lit(" e join "), m.base,
		sql.Lit(" c on c.ctid = e.place\nwhere e.operation = 'insert' or e.operation = 'update' and e.new is null"))
	return err
}
