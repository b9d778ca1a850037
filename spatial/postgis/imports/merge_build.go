package imports

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// compare fills delta. Where every loaded row is new there is nothing to compare.
func (m *merger) compare(ctx context.Context) error {
	if m.p.Merge.Match == importers.MatchNone {
		return nil
	}
	what := sql.Lit("c.id is null")
	if m.upsert() {
		what = sql.Concat(sql.Lit("c.id is null or "), m.differs())
	}
	_, err := m.make(ctx, m.delta, sql.Lit("select c.ctid as old, s.ctid as new, s.id as key\nfrom "), m.loaded, sql.Lit(" s\nleft join "), m.from(),
		sql.Lit(" on "), m.match(), sql.Lit("\nwhere "), what)
	if err != nil {
		return err
	}
	if m.upsert() && m.p.Options.DeleteMissing {
		_, err := m.exec(ctx, sql.Lit("insert into "), m.delta, sql.Lit("\nselect c.ctid, null, null from "), m.from(),
			sql.Lit("\nwhere not exists (select from "), m.loaded, sql.Lit(" s where "), m.match(), sql.Lit(")"))
		if err != nil {
			return err
		}
	}
	if _, err := m.exec(ctx, sql.Lit("analyze "), m.delta); err != nil {
		return err
	}
	_, err = m.tx.Exec(ctx, queryMergeLookups)
	return err
}

// repair judges the geometries that are new: what equals a feature that is there
// is valid, for that one is. A row that was repaired may turn out to bring
// nothing; its place has changed.
func (m *merger) repair(ctx context.Context) (err error) {
	rows := loadedRows{table: loadName(m.g.table)}
	if m.p.Merge.Match != importers.MatchNone {
		rows.only = sql.Concat(sql.Lit(" and ctid in (select new from "), m.delta, sql.Lit(")"))
	}
	if m.out.Repair, err = m.g.repair(ctx, m.g.conn, m.p, rows); err != nil || m.out.Repair.Invalid == 0 || m.p.Merge.Match == importers.MatchNone {
		return err
	}
	if _, err := m.exec(ctx, sql.Lit("update "), m.delta, sql.Lit(" d set new = s.ctid from "), m.loaded, sql.Lit(" s where s.id = d.key and s.ctid <> d.new")); err != nil {
		return err
	}
	if !m.upsert() {
		return nil
	}
	_, err = m.exec(ctx, sql.Lit("delete from "), m.delta, sql.Lit(" d using "), m.loaded, sql.Lit(" s, "), m.base, sql.Lit(" c where s.ctid = d.new and c.ctid = d.old and not ("), m.differs(), sql.Lit(")"))
	return err
}

// refuse lists the records of an append whose key is taken.
func (m *merger) refuse(ctx context.Context) error {
	if m.upsert() || m.p.Merge.Match == importers.MatchNone {
		return nil
	}
	text, _ := sql.Concat(sql.Lit("select s.id::text from "), m.loaded, sql.Lit(" s join "), m.from(), sql.Lit(" on "), m.match(), sql.Lit(" order by s.ctid")).Build()
	rows, err := m.tx.Query(ctx, text)
	if err != nil {
		return err
	}
	var id string
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		return m.tell.Reject(importers.RecordError{ID: id, Field: m.p.IDField, Raw: importers.Shorten([]byte(id)),
			Reason: spatial.Text{VI: "khóa đã có trong lớp dữ liệu", EN: "the key exists in the collection"}})
	})
	return err
}

// build writes the version: what stays as it is, then what is new or changed.
func (m *merger) build(ctx context.Context) error {
	kept, err := m.keep(ctx)
	if err != nil {
		return err
	}
	written, err := m.exec(ctx, m.insert(), m.changedRows())
	if err != nil {
		return err
	}
	m.out.Features = kept + written
	return m.count(ctx, kept, written)
}

func (m *merger) insert() sql.Fragment {
	return sql.Concat(sql.Lit("insert into "), m.next, m.rowColumns(), sql.Lit("\n"))
}

// rowColumns names the columns in the order of heldRow and changedRows.
func (m *merger) rowColumns() sql.Fragment {
	columns := make([]sql.Fragment, 0, len(m.p.Version)+5)
	for _, f := range m.p.Version {
		if !f.IsID() {
			columns = append(columns, sql.Ident(f.Column))
		}
	}
	return sql.Concat(sql.Lit(" ("), sql.List(append(columns, sql.Lit("id, geom, revision, recorded_at, changed_by"))...), sql.Lit(")"))
}

// heldRow is a feature as it is there.
func (m *merger) heldRow() []sql.Fragment {
	row := make([]sql.Fragment, 0, len(m.p.Merge.Columns)+3)
	for _, c := range m.p.Merge.Columns {
		if !c.Field.IsID() {
			row = append(row, m.held(c))
		}
	}
	geom := sql.Lit("c.geom")
	if m.p.Base.Geometry == spatial.GeometryNone {
		geom = sql.Lit("null::geometry")
	}
	return append(row, sql.Lit("c.id"), geom, sql.Lit("c.revision, c.recorded_at, c.changed_by"))
}

func (m *merger) unlessChanged() sql.Fragment {
	if m.p.Merge.Match == importers.MatchNone || !m.upsert() {
		return sql.Fragment{}
	}
	return sql.Concat(sql.Lit("\nwhere not exists (select from "), m.delta, sql.Lit(" d where d.old = c.ctid)"))
}

// changedRows selects what delta brings: a property that the source does not
// have stays, and so does a geometry.
func (m *merger) changedRows() sql.Fragment {
	matching := m.p.Merge.Match != importers.MatchNone
	var row []sql.Fragment
	for _, c := range m.p.Merge.Columns {
		switch {
		case c.Field.IsID():
		case c.Loaded != "":
			row = append(row, m.value(c))
		case matching:
			row = append(row, sql.Ident("c", c.Base))
		default:
			row = append(row, sql.Concat(sql.Lit("null::"), sql.Lit(sql.ColumnType(c.Field.Type))))
		}
	}
	revision, source := sql.Lit("1"), sql.Concat(sql.Lit("\nfrom "), m.loaded, sql.Lit(" s"))
	var geom sql.Fragment
	switch {
	case matching && m.byGeometry():
		geom = sql.Concat(sql.Lit("case when c.id is null then "), m.geometry(), sql.Lit(" else c.geom end"))
	case m.hasGeometry():
		geom = m.geometry()
	case matching && m.p.Base.Geometry != spatial.GeometryNone:
		geom = sql.Lit("c.geom")
	default:
		geom = sql.Lit("null::geometry")
	}
	if matching {
		revision = sql.Lit("coalesce(c.revision, 0) + 1")
		source = sql.Concat(sql.Lit("\nfrom "), m.delta, sql.Lit(" d\njoin "), m.loaded, sql.Lit(" s on s.ctid = d.new\nleft join "), m.base, sql.Lit(" c on c.ctid = d.old"))
	}
	row = append(row, m.newID(matching), geom, revision, sql.Lit("now()"), sql.Concat(sql.Arg(orElse(m.p.Options.ChangedBy, "import")), sql.Lit("::text")))
	return sql.Concat(sql.Lit("select "), sql.List(row...), source)
}

// newID keeps the id of a feature that is there; new ones get their key, or the
// next number in the order of the source.
func (m *merger) newID(matching bool) sql.Fragment {
	key := sql.Lit("s.id")
	if m.p.IDKind != m.p.Base.IDKind {
		key = sql.Lit("s.id::text")
	}
	if m.p.Merge.Number {
		highest := sql.Concat(sql.Lit("(select coalesce(max(id), 0) from "), m.base, sql.Lit(")"))
		if !matching {
			return sql.Concat(highest, sql.Lit(" + s.id"))
		}
		key = sql.Concat(highest, sql.Lit(" + row_number() over (partition by c.id is null order by s.ctid)"))
	}
	if !matching {
		return key
	}
	return sql.Concat(sql.Lit("coalesce(c.id, "), key, sql.Lit(")"))
}

// count says what became of the features; what was loaded and is not in delta
// was the same already.
func (m *merger) count(ctx context.Context, kept, written int64) error {
	o := m.out
	if m.p.Merge.Match == importers.MatchNone {
		o.Inserted, o.Unchanged = written, kept
		return nil
	}
	text, _ := sql.Concat(sql.Lit("select count(*) filter (where old is null), count(*) filter (where old is not null and new is not null), count(*) filter (where new is null) from "), m.delta).Build()
	if err := m.tx.QueryRow(ctx, text).Scan(&o.Inserted, &o.Updated, &o.Deleted); err != nil {
		return err
	}
	o.Unchanged = kept
	if o.Updated == 0 {
		return nil
	}
	return m.countFields(ctx)
}

// countFields says how many of the updated features differ in each property.
func (m *merger) countFields(ctx context.Context) error {
	var names []string
	var counts []sql.Fragment
	count := func(name string, differs ...sql.Fragment) {
		names = append(names, name)
		counts = append(counts, sql.Concat(sql.Lit("count(*) filter (where "), sql.Concat(differs...), sql.Lit(")")))
	}
	for _, c := range m.p.Merge.Columns {
		if c.Loaded != "" && !c.Field.IsID() {
			count(c.Field.Name, m.value(c), sql.Lit(" is distinct from "), m.held(c))
		}
	}
	if m.bringsGeometry() {
		count("geometry", geometryDiffers(m.geometry(), sql.Lit("c.geom"), m.p.Dimensions))
	}
	if len(counts) == 0 {
		return nil
	}
	text, _ := sql.Concat(sql.Lit("select array["), sql.List(counts...), sql.Lit("] from "), m.delta, sql.Lit(" d join "), m.loaded, sql.Lit(" s on s.ctid = d.new join "), m.base, sql.Lit(" c on c.ctid = d.old")).Build()
	var found []int64
	if err := m.tx.QueryRow(ctx, text).Scan(&found); err != nil {
		return err
	}
	for i, n := range found {
		if n > 0 {
			m.out.Fields = append(m.out.Fields, importers.FieldCount{Field: names[i], Updated: n})
		}
	}
	return nil
}
