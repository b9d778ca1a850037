package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
)

// edits looks at the features that were edited since the last import. One that
// the source says nothing about, or says the same of, is no matter. The others
// are hit: the source would undo the edit.
func (m *merger) edits(ctx context.Context) error {
	if m.g.seen.Count == 0 {
		return nil
	}
	if !m.upsert() {
		m.g.carried = true
		_, err := m.make(ctx, m.g.temp("carried"), lit("select * from gisd.edit where "), m.ofBase())
		return err
	}
	if _, err := m.make(ctx, m.g.temp("edited"), m.editedRows()); err != nil {
		return err
	}
	hit, err := m.settleHits(ctx)
	if err != nil {
		return err
	}
	if m.p.Options.RebaseEdits && hit > 0 {
		m.out.Rebased = hit
		for _, sql := range []fragment{
			concat(lit("delete from "), m.delta, lit(" d using "), m.g.temp("edited"), lit(" e where e.hit and d.old = e.place")),
			concat(lit("delete from "), m.delta, lit(" d using "), m.g.temp("edited"), lit(" e where e.hit and d.new = e.new and e.place is null")),
		} {
			if _, err := m.exec(ctx, sql); err != nil {
				return err
			}
		}
	}
	return m.carry(ctx)
}

// ofBase selects the edits of the version that is there.
func (m *merger) ofBase() fragment { return m.editsOf(fragment{}) }

// editsOf is ofBase for a table under a name.
func (m *merger) editsOf(name fragment) fragment {
	return concat(name, lit("collection_id = "), arg(m.p.Options.Collection), lit("::text and "), name, lit("version = "), integer(m.p.Base.Version))
}

// editedRows finds for every edit its feature (place, held), the source's row
// (new) with what it says (now, in the version's columns; what it does not have is
// as it was before the edit), and whether it is hit.
func (m *merger) editedRows() fragment {
	var said, held []fragment
	for _, c := range m.p.Merge.Columns {
		if c.Base != "" {
			held = append(held, ident("c", c.Base))
		}
		switch {
		case c.Loaded != "":
			said = append(said, concat(m.value(c), lit(" as "), ident(c.Field.Column)))
		case c.Base != "":
			said = append(said, concat(lit("case when e.original is null then c."), ident(c.Base), lit(" else o."), ident(c.Base), lit(" end as "), ident(c.Field.Column)))
		}
	}
	geom := lit("case when e.original is null then c.geom else e.original_geom end")
	if m.bringsGeometry() {
		geom = m.geometry()
	}
	return concat(lit("select e.*, c.ctid as place, "), asJSON(held), lit(" as held, c.geom as held_geom,\n  s.ctid as new, case when s.ctid is not null then "), asJSON(said),
		lit(" end as now, case when s.ctid is not null then "), geom,
		lit(" end as now_geom,\n  d.old is not null or c.ctid is null and s.ctid is not null as hit\nfrom gisd.edit e\nleft join "), m.base, lit(" c on c.id = "), m.editID(),
		lit("\nleft join lateral jsonb_populate_record(null::"), m.base, lit(", e.original) o on true\n"), m.editedMatch(),
		lit("\nleft join "), m.delta, lit(" d on d.old = c.ctid\nwhere "), m.editsOf(lit("e.")))
}

// asJSON makes an object of named columns.
func asJSON(columns []fragment) fragment {
	if len(columns) == 0 {
		return lit("'{}'::jsonb")
	}
	return concat(lit("(select to_jsonb(x) from (select "), list(columns...), lit(") x)"))
}

// editedMatch joins the source's row, also to a feature that was deleted.
func (m *merger) editedMatch() fragment {
	s := concat(lit("left join "), m.loaded, lit(" s on "))
	switch m.p.Merge.Match {
	case importers.MatchGeometry:
		return concat(lit("left join "), m.keys, lit(" k on k.place = c.ctid\n"), s, lit("s.id = k.key"))
	case importers.MatchColumn:
		column := ident(m.p.Merge.Column)
		return concat(s, lit("s.id::text = case when c.id is null then o."), column, lit("::text else c."), column, lit("::text end"))
	}
	return concat(s, lit("s.id::text = e.id"))
}

// settleHits refuses hits, or says which of them the source contradicts.
func (m *merger) settleHits(ctx context.Context) (hit int64, err error) {
	which := lit("hit")
	if m.p.Options.RebaseEdits {
		which = concat(lit("hit and "), contradicted)
	}
	var ids []string
	if !m.p.Options.DiscardEdits {
		if ids, err = m.listEdited(ctx, which); err != nil {
			return 0, err
		}
	}
	sql, _ := concat(lit("select count(*) from "), m.g.temp("edited"), lit(" where hit")).build()
	if err := m.tx.QueryRow(ctx, sql).Scan(&hit); err != nil {
		return 0, err
	}
	switch {
	case m.p.Options.DiscardEdits:
		m.out.Discarded = hit
	case hit > 0 && !m.p.Options.RebaseEdits:
		return hit, importers.RefuseEdits(m.p.Options.Collection, ids, hit)
	}
	return hit, nil
}

// contradicted are edits of features that the source has in another state than
// the one that was edited.
var contradicted = lit("(now is null or original is null or not now @> original or now_geom is distinct from original_geom)")

// listEdited tells of edits and returns the first ids.
func (m *merger) listEdited(ctx context.Context, which fragment) ([]string, error) {
	sql, _ := concat(lit("select id, operation, changed_by, last_at from "), m.g.temp("edited"), lit(" where "), which, lit(" order by id")).build()
	rows, err := m.tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	reason := importers.EditedReason()
	if m.p.Options.RebaseEdits {
		reason = importers.RebasedReason()
	}
	var ids []string
	var e importers.Edit
	_, err = pgx.ForEachRow(rows, []any{&e.ID, &e.Operation, &e.ChangedBy, &e.At}, func() error {
		if len(ids) < 10 {
			ids = append(ids, e.ID)
		}
		return m.tell.Edited(e.Refused(reason))
	})
	return ids, err
}

// carry notes the edits that the version has against its source: those not hit,
// unless the source has caught up with them, and those made again, whose
// original is now what the source says.
func (m *merger) carry(ctx context.Context) error {
	m.g.carried = true
	gone := lit("new is null")
	if m.p.Options.DeleteMissing {
		gone = lit("new is null and operation <> 'delete'")
	}
	query := concat(lit("select id, operation, changed_by, first_at, last_at, original, original_geom from "), m.g.temp("edited"), lit(" where not hit and "), gone,
		lit(`
union all
select id, 'update', changed_by, first_at, last_at, now, now_geom
from `), m.g.temp("edited"), lit(" where not hit and place is not null and new is not null and (not now @> held or now_geom is distinct from held_geom)"))
	if m.p.Options.RebaseEdits {
		query = concat(query, lit(`
union all
select id, case when operation = 'delete' then 'delete' when now is null then 'insert' else 'update' end,
  changed_by, first_at, last_at, now, now_geom
from `), m.g.temp("edited"), lit(" where hit and (operation <> 'delete' or new is not null)"))
	}
	_, err := m.make(ctx, m.g.temp("carried"), query)
	return err
}

// rebase lays the source's word over what was not edited of a feature: value by
// value, the edit wins.
func (m *merger) rebase(ctx context.Context) error {
	if m.out.Rebased == 0 || !m.upsert() {
		return nil
	}
	var set, changes []fragment
	lay := func(column, held, original, said fragment) {
		set = append(set, concat(column, lit(" = case when "), held, lit(" is not distinct from "), original, lit(" then "), said, lit(" else "), held, lit(" end")))
		changes = append(changes, concat(held, lit(" is not distinct from "), original, lit(" and "), said, lit(" is distinct from "), held))
	}
	for _, c := range m.p.Merge.Columns {
		if c.Loaded == "" {
			continue
		}
		held, original := m.held(c), m.held(c)
		if c.Base != "" {
			original = ident("o", c.Base)
		}
		lay(ident(c.Field.Column), held, original, ident("f", c.Field.Column))
	}
	if m.bringsGeometry() && m.p.Base.Geometry != spatial.GeometryNone {
		lay(lit("geom"), lit("c.geom"), lit("e.original_geom"), lit("e.now_geom"))
	}
	if len(set) == 0 {
		return nil
	}
	updated, err := m.exec(ctx, lit("update "), m.next, lit(" n set "), list(set...),
		lit(", revision = n.revision + 1, recorded_at = now(), changed_by = "), arg(orElse(m.p.Options.ChangedBy, "import")),
		lit("\nfrom "), m.g.temp("edited"), lit(" e\njoin "), m.base, lit(" c on c.ctid = e.place\ncross join lateral jsonb_populate_record(null::"), m.base,
		lit(", e.original) o\ncross join lateral jsonb_populate_record(null::"), m.next,
		lit(", e.now) f\nwhere e.hit and e.operation = 'update' and e.now is not null and n.id = c.id and ("), join(" or ", parenthesized(changes)), lit(")"))
	m.out.Updated += updated
	m.out.Unchanged -= updated
	return err
}

func parenthesized(fs []fragment) []fragment {
	out := make([]fragment, len(fs))
	for i, f := range fs {
		out[i] = concat(lit("("), f, lit(")"))
	}
	return out
}

// remember collects the states that go into history when the version is
// published: nothing may be there before.
func (m *merger) remember(ctx context.Context) error {
	if !m.upsert() {
		return nil
	}
	m.g.past = true
	_, err := m.make(ctx, m.g.temp("past"), pastRows(m.p.Base, "case when d.new is null then 'delete' else 'update' end"),
		lit("\nfrom "), m.delta, lit(" d join "), m.base, lit(" c on c.ctid = d.old"))
	if err != nil || m.out.Rebased == 0 {
		return err
	}
	_, err = m.exec(ctx, lit("insert into "), m.g.temp("past"), lit("\n"), pastRows(m.p.Base, "'update'"),
		lit("\nfrom "), m.g.temp("edited"), lit(" e join "), m.base, lit(" c on c.ctid = e.place join "), m.next,
		lit(" n on n.id = c.id where n.revision <> c.revision and e.hit"))
	return err
}

// pastRows selects features c as history has them: properties by column.
func pastRows(b *importers.Base, operation staticSQL) fragment {
	columns := make([]fragment, len(b.Fields))
	for i, f := range b.Fields {
		columns[i] = ident("c", f.Column)
	}
	return concat(lit("select c.id::text as id, c.revision, c.recorded_at, c.changed_by, "), lit(operation), lit(" as operation, "), asJSON(columns), lit(" as properties, c.geom"))
}
