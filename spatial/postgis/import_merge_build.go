package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
)

// compare fills delta. Where every loaded row is new there is nothing to compare.
func (m *merger) compare(ctx context.Context) error {
	if m.p.Merge.Match == importers.MatchNone {
		return nil
	}
	what := lit("c.id is null")
	if m.upsert() {
		what = concat(lit("c.id is null or "), m.differs())
	}
	_, err := m.make(ctx, m.delta, lit("select c.ctid as old, s.ctid as new, s.id as key\nfrom "), m.loaded, lit(" s\nleft join "), m.from(),
		lit(" on "), m.match(), lit("\nwhere "), what)
	if err != nil {
		return err
	}
	if m.upsert() && m.p.Options.DeleteMissing {
		_, err := m.exec(ctx, lit("insert into "), m.delta, lit("\nselect c.ctid, null, null from "), m.from(),
			lit("\nwhere not exists (select from "), m.loaded, lit(" s where "), m.match(), lit(")"))
		if err != nil {
			return err
		}
	}
	if _, err := m.exec(ctx, lit("analyze "), m.delta); err != nil {
		return err
	}
	_, err = m.tx.Exec(ctx, queryImportMergeLookups)
	return err
}

// repair judges the geometries that are new: what equals a feature that is there
// is valid, for that one is. A row that was repaired may turn out to bring
// nothing; its place has changed.
func (m *merger) repair(ctx context.Context) (err error) {
	rows := loadedRows{table: loadName(m.g.table)}
	if m.p.Merge.Match != importers.MatchNone {
		rows.only = concat(lit(" and ctid in (select new from "), m.delta, lit(")"))
	}
	if m.out.Repair, err = m.g.repair(ctx, m.g.conn, m.p, rows); err != nil || m.out.Repair.Invalid == 0 || m.p.Merge.Match == importers.MatchNone {
		return err
	}
	if _, err := m.exec(ctx, lit("update "), m.delta, lit(" d set new = s.ctid from "), m.loaded, lit(" s where s.id = d.key and s.ctid <> d.new")); err != nil {
		return err
	}
	if !m.upsert() {
		return nil
	}
	_, err = m.exec(ctx, lit("delete from "), m.delta, lit(" d using "), m.loaded, lit(" s, "), m.base, lit(" c where s.ctid = d.new and c.ctid = d.old and not ("), m.differs(), lit(")"))
	return err
}

// refuse lists the records of an append whose key is taken.
func (m *merger) refuse(ctx context.Context) error {
	if m.upsert() || m.p.Merge.Match == importers.MatchNone {
		return nil
	}
	sql, _ := concat(lit("select s.id::text from "), m.loaded, lit(" s join "), m.from(), lit(" on "), m.match(), lit(" order by s.ctid")).build()
	rows, err := m.tx.Query(ctx, sql)
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
	_, err := m.exec(ctx, lit("create table "), m.next, lit(" ("),
		tableColumns(m.p.Version, m.p.Base.IDKind, m.p.Dimensions, m.g.srid),
		lit(",\n  revision bigint not null default 1,\n  recorded_at timestamptz not null default now(),\n  changed_by text not null"), unwatched)
	if err != nil {
		return err
	}
	kept, err := m.exec(ctx, m.insert(), lit("select "), list(m.heldRow()...), lit("\nfrom "), m.base, lit(" c"), m.unlessChanged())
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

// insert names the columns in the order of heldRow and changedRows.
func (m *merger) insert() fragment {
	columns := make([]fragment, 0, len(m.p.Version)+5)
	for _, f := range m.p.Version {
		columns = append(columns, ident(f.Column))
	}
	return concat(lit("insert into "), m.next, lit(" ("), list(append(columns, lit("id, geom, revision, recorded_at, changed_by"))...), lit(")\n"))
}

// heldRow is a feature as it is there.
func (m *merger) heldRow() []fragment {
	row := make([]fragment, 0, len(m.p.Merge.Columns)+3)
	for _, c := range m.p.Merge.Columns {
		row = append(row, m.held(c))
	}
	geom := lit("c.geom")
	if m.p.Base.Geometry == spatial.GeometryNone {
		geom = lit("null::geometry")
	}
	return append(row, lit("c.id"), geom, lit("c.revision, c.recorded_at, c.changed_by"))
}

func (m *merger) unlessChanged() fragment {
	if m.p.Merge.Match == importers.MatchNone || !m.upsert() {
		return fragment{}
	}
	return concat(lit("\nwhere not exists (select from "), m.delta, lit(" d where d.old = c.ctid)"))
}

// changedRows selects what delta brings: a property that the source does not
// have stays, and so does a geometry.
func (m *merger) changedRows() fragment {
	matching := m.p.Merge.Match != importers.MatchNone
	var row []fragment
	for _, c := range m.p.Merge.Columns {
		switch {
		case c.Loaded != "":
			row = append(row, m.value(c))
		case matching:
			row = append(row, ident("c", c.Base))
		default:
			row = append(row, concat(lit("null::"), lit(columnType(c.Field.Type))))
		}
	}
	revision, source := lit("1"), concat(lit("\nfrom "), m.loaded, lit(" s"))
	var geom fragment
	switch {
	case matching && m.byGeometry():
		geom = concat(lit("case when c.id is null then "), m.geometry(), lit(" else c.geom end"))
	case m.hasGeometry():
		geom = m.geometry()
	case matching && m.p.Base.Geometry != spatial.GeometryNone:
		geom = lit("c.geom")
	default:
		geom = lit("null::geometry")
	}
	if matching {
		revision = lit("coalesce(c.revision, 0) + 1")
		source = concat(lit("\nfrom "), m.delta, lit(" d\njoin "), m.loaded, lit(" s on s.ctid = d.new\nleft join "), m.base, lit(" c on c.ctid = d.old"))
	}
	row = append(row, m.newID(matching), geom, revision, lit("now()"), concat(arg(orElse(m.p.Options.ChangedBy, "import")), lit("::text")))
	return concat(lit("select "), list(row...), source)
}

// newID keeps the id of a feature that is there; new ones get their key, or the
// next number in the order of the source.
func (m *merger) newID(matching bool) fragment {
	key := lit("s.id")
	if m.p.IDKind != m.p.Base.IDKind {
		key = lit("s.id::text")
	}
	if m.p.Merge.Number {
		highest := concat(lit("(select coalesce(max(id), 0) from "), m.base, lit(")"))
		if !matching {
			return concat(highest, lit(" + s.id"))
		}
		key = concat(highest, lit(" + row_number() over (partition by c.id is null order by s.ctid)"))
	}
	if !matching {
		return key
	}
	return concat(lit("coalesce(c.id, "), key, lit(")"))
}

// count says what became of the features; what was loaded and is not in delta
// was the same already.
func (m *merger) count(ctx context.Context, kept, written int64) error {
	o := m.out
	if m.p.Merge.Match == importers.MatchNone {
		o.Inserted, o.Unchanged = written, kept
		return nil
	}
	sql, _ := concat(lit("select count(*) filter (where old is null), count(*) filter (where old is not null and new is not null), count(*) filter (where new is null) from "), m.delta).build()
	if err := m.tx.QueryRow(ctx, sql).Scan(&o.Inserted, &o.Updated, &o.Deleted); err != nil {
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
	var counts []fragment
	count := func(name string, differs ...fragment) {
		names = append(names, name)
		counts = append(counts, concat(lit("count(*) filter (where "), concat(differs...), lit(")")))
	}
	for _, c := range m.p.Merge.Columns {
		if c.Loaded != "" {
			count(c.Field.Name, m.value(c), lit(" is distinct from "), m.held(c))
		}
	}
	if m.bringsGeometry() {
		count("geometry", geometryDiffers(m.geometry(), lit("c.geom"), m.p.Dimensions))
	}
	if len(counts) == 0 {
		return nil
	}
	sql, _ := concat(lit("select array["), list(counts...), lit("] from "), m.delta, lit(" d join "), m.loaded, lit(" s on s.ctid = d.new join "), m.base, lit(" c on c.ctid = d.old")).build()
	var found []int64
	if err := m.tx.QueryRow(ctx, sql).Scan(&found); err != nil {
		return err
	}
	for i, n := range found {
		if n > 0 {
			m.out.Fields = append(m.out.Fields, importers.FieldCount{Field: names[i], Updated: n})
		}
	}
	return nil
}
