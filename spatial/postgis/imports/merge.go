package imports

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// merger makes the version of an append or an upsert out of the version that is
// there and the loaded table, set by set. In every statement c is a feature that
// is there, s a loaded row, and their order:
//
//	delta    which of them differ: (old, new) places, one of them null for what
//	         is new or goes, with the key; 1 % of a monthly delivery
//	version  what is there without delta.old, then what delta names
//
// so that the wide tables are hashed once and written once.
type merger struct {
	g    *staging
	p    *importers.Plan
	tx   pgx.Tx
	tell importers.SettleListener
	out  *importers.Outcome

	base, loaded, next sql.Fragment // tables
	delta, keys        sql.Fragment
	pairs              []pair // of a version that is replaced
}

// merge runs in one snapshot, in which the places of rows stay what they are.
func (g *staging) merge(ctx context.Context, p *importers.Plan, tell importers.SettleListener, out *importers.Outcome) error {
	return pgx.BeginTxFunc(ctx, g.conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		m := &merger{g: g, p: p, tx: tx, tell: tell, out: out,
			base: sql.Ident("data", g.base), loaded: sql.Ident("data", loadName(g.table)), next: sql.Ident("data", g.table),
			delta: g.temp("delta"), keys: g.temp("keys")}
		if _, err := tx.Exec(ctx, queryMergeSession); err != nil {
			return err
		}
		var err error
		if g.seen, err = editsStamp(ctx, tx, p.Options.Collection, p.Base.Version); err != nil {
			return err
		}
		for _, step := range []func(context.Context) error{
			m.checkValues, m.checkKeys, m.hashGeometries, m.compare, m.repair, m.refuse, m.edits, m.build, m.rebase, m.remember,
		} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *merger) exec(ctx context.Context, pieces ...sql.Fragment) (int64, error) {
	text, args := sql.Concat(pieces...).Build()
	tag, err := m.tx.Exec(ctx, text, args...)
	return tag.RowsAffected(), err
}

// make (re)creates a temporary table.
func (m *merger) make(ctx context.Context, table sql.Fragment, query ...sql.Fragment) (int64, error) {
	if _, err := m.exec(ctx, sql.Lit("drop table if exists "), table); err != nil {
		return 0, err
	}
	return m.exec(ctx, append([]sql.Fragment{sql.Lit("create temp table "), table, sql.Lit(" as\n")}, query...)...)
}

func (m *merger) upsert() bool { return m.p.Options.Mode == importers.ModeUpsert }

// hasGeometry tells whether the loaded rows bring geometry.
func (m *merger) hasGeometry() bool { return m.p.Schema.GeometryType != spatial.GeometryNone }

// from is what is there, with its keys where they had to be computed.
func (m *merger) from() sql.Fragment {
	if m.p.Merge.Match == importers.MatchGeometry {
		return sql.Concat(sql.Lit("("), m.keys, sql.Lit(" k join "), m.base, sql.Lit(" c on c.ctid = k.place)"))
	}
	return sql.Concat(m.base, sql.Lit(" c"))
}

// match says when s and c are the same feature.
func (m *merger) match() sql.Fragment {
	key, kind := sql.Lit("s.id"), m.p.IDKind
	held, heldKind := sql.Lit("c.id"), m.p.Base.IDKind
	switch m.p.Merge.Match {
	case importers.MatchNone:
		return sql.Lit("false")
	case importers.MatchGeometry:
		return sql.Lit("s.id = k.key")
	case importers.MatchColumn:
		held, heldKind = sql.Ident("c", m.p.Merge.Column), m.columnKind()
	}
	if kind != heldKind {
		key, held = sql.Concat(key, sql.Lit("::text")), sql.Concat(held, sql.Lit("::text"))
	}
	return sql.Concat(key, sql.Lit(" = "), held)
}

func (m *merger) columnKind() spatial.IDKind {
	for _, f := range m.p.Base.Fields {
		if f.Column == m.p.Merge.Column && f.Type == spatial.FieldInteger {
			return spatial.IDInteger
		}
	}
	return spatial.IDText
}

// value is what a loaded row says of a property.
func (m *merger) value(c importers.MergedColumn) sql.Fragment {
	return convertible(c.From, c.Field.Type, sql.Ident("s", c.Loaded))
}

// held is what the feature that is there has of a property.
func (m *merger) held(c importers.MergedColumn) sql.Fragment {
	if c.Base == "" {
		return sql.Concat(sql.Lit("null::"), sql.Lit(sql.ColumnType(c.Field.Type)))
	}
	return sql.Ident("c", c.Base)
}

// original is what an edited feature had of a property before the edit, of which o
// is what is known. The id is not among that: it does not change.
func (m *merger) original(c importers.MergedColumn) sql.Fragment {
	if c.Base == spatial.IDColumn {
		return m.editID()
	}
	return sql.Ident("o", c.Base)
}

// geometry is that of a loaded row, in the shape of the version.
func (m *merger) geometry() sql.Fragment {
	return shaped(sql.Lit("s.geom"), shape{m.p.Schema.Dimensions, m.g.source}, shape{m.p.Dimensions, m.g.srid})
}

// byGeometry says that features of one key have one geometry.
func (m *merger) byGeometry() bool {
	return m.p.Merge.Match == importers.MatchGeometry || m.p.Merge.Match == importers.MatchID && m.p.IDSource == importers.IDFromGeometry
}

// bringsGeometry tells whether a loaded row can change the geometry of a feature.
func (m *merger) bringsGeometry() bool { return m.hasGeometry() && !m.byGeometry() }

// differs says when a loaded row brings something new to its feature. A field
// that the source does not have brings nothing.
func (m *merger) differs() sql.Fragment {
	var old, new []sql.Fragment
	for _, c := range m.p.Merge.Columns {
		if c.Loaded != "" && !c.Field.IsID() {
			old, new = append(old, m.held(c)), append(new, m.value(c))
		}
	}
	var differs []sql.Fragment
	if len(old) > 0 {
		differs = append(differs, sql.Concat(sql.Lit("("), sql.List(new...), sql.Lit(") is distinct from ("), sql.List(old...), sql.Lit(")")))
	}
	if m.bringsGeometry() {
		differs = append(differs, geometryDiffers(m.geometry(), sql.Lit("c.geom"), m.p.Dimensions))
	}
	if len(differs) == 0 {
		return sql.Lit("false")
	}
	return sql.Concat(sql.Lit("("), sql.Join(" or ", differs), sql.Lit(")"))
}

// geometryDiffers compares bytes, and where those differ the normal forms of
// polygons: other programs start rings elsewhere and turn them round, and write
// one polygon as a multi-polygon. The normal form knows no measures.
func geometryDiffers(a, b sql.Fragment, d spatial.Dimensions) sql.Fragment {
	bytes := sql.Concat(a, sql.Lit(" is distinct from "), b)
	if d == spatial.XYM || d == spatial.XYZM {
		return bytes
	}
	return sql.Concat(sql.Lit("("), bytes, sql.Lit(" and (ST_Dimension("), a, sql.Lit(") <> 2 or ST_Dimension("), b, sql.Lit(") <> 2\n  or ST_Normalize(ST_Multi("), a,
		sql.Lit(")) is distinct from ST_Normalize(ST_Multi("), b, sql.Lit(")) or GeometryType("), a, sql.Lit(") = 'GEOMETRYCOLLECTION'))"))
}

// checkValues refuses a source whose values do not fit the properties that are
// there.
func (m *merger) checkValues(ctx context.Context) error {
	for _, c := range m.p.Merge.Columns {
		if c.Loaded == "" || c.From == c.Field.Type {
			continue
		}
		v := sql.Ident("s", c.Loaded)
		_, check, _ := conversion(c.From, c.Field.Type, v)
		if check.Empty() {
			continue
		}
		var example string
		text, _ := sql.Concat(sql.Lit("select "), v, sql.Lit("::text from "), m.loaded, sql.Lit(" s where "), v, sql.Lit(" is not null and not "), check, sql.Lit(" limit 1")).Build()
		rows, err := m.tx.Query(ctx, text)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		if len(found) > 0 {
			example = importers.Shorten([]byte(found[0]))
			return spatial.Invalid("postgis: merge", fmt.Sprintf("field %s is %s in %s and %s in the source, where %q cannot be told as that: give the field its type in a mapping file, or replace the collection",
				c.Field.Name, c.Field.Type, m.p.Options.Collection, c.From, example))
		}
	}
	return nil
}

// checkKeys refuses to match by a property that does not tell features apart.
func (m *merger) checkKeys(ctx context.Context) error {
	if m.p.Merge.Match != importers.MatchColumn {
		return nil
	}
	column := sql.Ident("c", m.p.Merge.Column)
	text, _ := sql.Concat(sql.Lit("select "), column, sql.Lit("::text from "), m.base, sql.Lit(" c where "), column, sql.Lit(" is not null group by "), column, sql.Lit(" having count(*) > 1 limit 1")).Build()
	rows, err := m.tx.Query(ctx, text)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(found) == 0 {
		return err
	}
	return &spatial.Error{Code: spatial.CodeConflict, Op: "postgis: merge",
		Message: fmt.Sprintf("several features of %s have %q in %s: take another --key", m.p.Options.Collection, importers.Shorten([]byte(found[0])), m.p.Options.Key)}
}
