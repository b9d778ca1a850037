package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
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

	base, loaded, next fragment // tables
	delta, keys        fragment
	pairs              []pair // of a version that is replaced
}

// merge runs in one snapshot, in which the places of rows stay what they are.
func (g *staging) merge(ctx context.Context, p *importers.Plan, tell importers.SettleListener, out *importers.Outcome) error {
	return pgx.BeginTxFunc(ctx, g.conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		m := &merger{g: g, p: p, tx: tx, tell: tell, out: out,
			base: ident("data", g.base), loaded: ident("data", loadName(g.table)), next: ident("data", g.table),
			delta: g.temp("delta"), keys: g.temp("keys")}
		if _, err := tx.Exec(ctx, queryImportMergeSession); err != nil {
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

func (m *merger) exec(ctx context.Context, pieces ...fragment) (int64, error) {
	sql, args := concat(pieces...).build()
	tag, err := m.tx.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

// make (re)creates a temporary table.
func (m *merger) make(ctx context.Context, table fragment, query ...fragment) (int64, error) {
	if _, err := m.exec(ctx, lit("drop table if exists "), table); err != nil {
		return 0, err
	}
	return m.exec(ctx, append([]fragment{lit("create temp table "), table, lit(" as\n")}, query...)...)
}

func (m *merger) upsert() bool { return m.p.Options.Mode == importers.ModeUpsert }

// hasGeometry tells whether the loaded rows bring geometry.
func (m *merger) hasGeometry() bool { return m.p.Schema.GeometryType != spatial.GeometryNone }

// from is what is there, with its keys where they had to be computed.
func (m *merger) from() fragment {
	if m.p.Merge.Match == importers.MatchGeometry {
		return concat(lit("("), m.keys, lit(" k join "), m.base, lit(" c on c.ctid = k.place)"))
	}
	return concat(m.base, lit(" c"))
}

// match says when s and c are the same feature.
func (m *merger) match() fragment {
	key, kind := lit("s.id"), m.p.IDKind
	held, heldKind := lit("c.id"), m.p.Base.IDKind
	switch m.p.Merge.Match {
	case importers.MatchNone:
		return lit("false")
	case importers.MatchGeometry:
		return lit("s.id = k.key")
	case importers.MatchColumn:
		held, heldKind = ident("c", m.p.Merge.Column), m.columnKind()
	}
	if kind != heldKind {
		key, held = concat(key, lit("::text")), concat(held, lit("::text"))
	}
	return concat(key, lit(" = "), held)
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
func (m *merger) value(c importers.MergedColumn) fragment {
	return convertible(c.From, c.Field.Type, ident("s", c.Loaded))
}

// held is what the feature that is there has of a property.
func (m *merger) held(c importers.MergedColumn) fragment {
	if c.Base == "" {
		return concat(lit("null::"), lit(columnType(c.Field.Type)))
	}
	return ident("c", c.Base)
}

// geometry is that of a loaded row, in the shape of the version.
func (m *merger) geometry() fragment {
	return shaped(lit("s.geom"), shape{m.p.Schema.Dimensions, m.g.source}, shape{m.p.Dimensions, m.g.srid})
}

// byGeometry says that features of one key have one geometry.
func (m *merger) byGeometry() bool {
	return m.p.Merge.Match == importers.MatchGeometry || m.p.Merge.Match == importers.MatchID && m.p.IDSource == importers.IDFromGeometry
}

// bringsGeometry tells whether a loaded row can change the geometry of a feature.
func (m *merger) bringsGeometry() bool { return m.hasGeometry() && !m.byGeometry() }

// differs says when a loaded row brings something new to its feature. A field
// that the source does not have brings nothing.
func (m *merger) differs() fragment {
	var old, new []fragment
	for _, c := range m.p.Merge.Columns {
		if c.Loaded != "" {
			old, new = append(old, m.held(c)), append(new, m.value(c))
		}
	}
	var differs []fragment
	if len(old) > 0 {
		differs = append(differs, concat(lit("("), list(new...), lit(") is distinct from ("), list(old...), lit(")")))
	}
	if m.bringsGeometry() {
		differs = append(differs, geometryDiffers(m.geometry(), lit("c.geom"), m.p.Dimensions))
	}
	if len(differs) == 0 {
		return lit("false")
	}
	return concat(lit("("), join(" or ", differs), lit(")"))
}

// geometryDiffers compares bytes, and where those differ the normal forms of
// polygons: other programs start rings elsewhere and turn them round, and write
// one polygon as a multi-polygon. The normal form knows no measures.
func geometryDiffers(a, b fragment, d spatial.Dimensions) fragment {
	bytes := concat(a, lit(" is distinct from "), b)
	if d == spatial.XYM || d == spatial.XYZM {
		return bytes
	}
	return concat(lit("("), bytes, lit(" and (ST_Dimension("), a, lit(") <> 2 or ST_Dimension("), b, lit(") <> 2\n  or ST_Normalize(ST_Multi("), a,
		lit(")) is distinct from ST_Normalize(ST_Multi("), b, lit(")) or GeometryType("), a, lit(") = 'GEOMETRYCOLLECTION'))"))
}

// checkValues refuses a source whose values do not fit the properties that are
// there.
func (m *merger) checkValues(ctx context.Context) error {
	for _, c := range m.p.Merge.Columns {
		if c.Loaded == "" || c.From == c.Field.Type {
			continue
		}
		v := ident("s", c.Loaded)
		_, check, _ := conversion(c.From, c.Field.Type, v)
		if len(check.pieces) == 0 {
			continue
		}
		var example string
		sql, _ := concat(lit("select "), v, lit("::text from "), m.loaded, lit(" s where "), v, lit(" is not null and not "), check, lit(" limit 1")).build()
		rows, err := m.tx.Query(ctx, sql)
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
	column := ident("c", m.p.Merge.Column)
	sql, _ := concat(lit("select "), column, lit("::text from "), m.base, lit(" c where "), column, lit(" is not null group by "), column, lit(" having count(*) > 1 limit 1")).build()
	rows, err := m.tx.Query(ctx, sql)
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
