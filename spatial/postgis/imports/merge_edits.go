package imports

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis/sql"
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
		_, err := m.make(ctx, m.g.temp("carried"), sql.Lit("select * from gisd.edit where "), m.ofBase())
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
		for _, text := range []sql.Fragment{
			sql.Concat(sql.Lit("delete from "), m.delta, sql.Lit(" d using "), m.g.temp("edited"), sql.Lit(" e where e.hit and d.old = e.place")),
			sql.Concat(sql.Lit("delete from "), m.delta, sql.Lit(" d using "), m.g.temp("edited"), sql.Lit(" e where e.hit and d.new = e.new and e.place is null")),
		} {
			if _, err := m.exec(ctx, text); err != nil {
				return err
			}
		}
	}
	return m.carry(ctx)
}

// ofBase selects the edits of the version that is there.
func (m *merger) ofBase() sql.Fragment { return m.editsOf(sql.Fragment{}) }

// editsOf is ofBase for a table under a name.
func (m *merger) editsOf(name sql.Fragment) sql.Fragment {
	return sql.Concat(name, sql.Lit("collection_id = "), sql.Arg(m.p.Options.Collection), sql.Lit("::text and "), name, sql.Lit("version = "), sql.Integer(m.p.Base.Version))
}

// editedRows finds for every edit its feature (place, held), the source's row
// (new) with what it says (now, in the version's columns; what it does not have is
// as it was before the edit), and whether it is hit.
func (m *merger) editedRows() sql.Fragment {
	var said, held []sql.Fragment
	for _, c := range m.p.Merge.Columns {
		if c.Field.IsID() {
			continue
		}
		if c.Base != "" {
			held = append(held, sql.Concat(sql.Ident("c", c.Base), sql.Lit(" as "), sql.Ident(c.Field.Column)))
		}
		switch {
		case c.Loaded != "":
			said = append(said, sql.Concat(m.value(c), sql.Lit(" as "), sql.Ident(c.Field.Column)))
		case c.Base != "":
			said = append(said, sql.Concat(sql.Lit("case when e.original is null then c."), sql.Ident(c.Base), sql.Lit(" else "), m.original(c), sql.Lit(" end as "), sql.Ident(c.Field.Column)))
		}
	}
	geom := sql.Lit("case when e.original is null then c.geom else e.original_geom end")
	if m.bringsGeometry() {
		geom = m.geometry()
	}
	return sql.Concat(sql.Lit("select e.*, c.ctid as place, "), asJSON(held), sql.Lit(" as held, c.geom as held_geom,\n  s.ctid as new, case when s.ctid is not null then "), asJSON(said),
		sql.Lit(" end as now, case when s.ctid is not null then "), geom,
		sql.Lit(" end as now_geom,\n  d.old is not null or c.ctid is null and s.ctid is not null as hit\nfrom gisd.edit e\nleft join "), m.base, sql.Lit(" c on c.id = "), m.editID(),
		sql.Lit("\nleft join lateral jsonb_populate_record(null::"), m.base, sql.Lit(", e.original) o on true\n"), m.editedMatch(),
		sql.Lit("\nleft join "), m.delta, sql.Lit(" d on d.old = c.ctid\nwhere "), m.editsOf(sql.Lit("e.")))
}

// asJSON makes an object of named columns.
func asJSON(columns []sql.Fragment) sql.Fragment {
	if len(columns) == 0 {
		return sql.Lit("'{}'::jsonb")
	}
	return sql.Concat(sql.Lit("(select to_jsonb(x) from (select "), sql.List(columns...), sql.Lit(") x)"))
}

// editedMatch joins the source's row, also to a feature that was deleted.
func (m *merger) editedMatch() sql.Fragment {
	s := sql.Concat(sql.Lit("left join "), m.loaded, sql.Lit(" s on "))
	switch m.p.Merge.Match {
	case importers.MatchGeometry:
		return sql.Concat(sql.Lit("left join "), m.keys, sql.Lit(" k on k.place = c.ctid\n"), s, sql.Lit("s.id = k.key"))
	case importers.MatchColumn:
		column := sql.Ident(m.p.Merge.Column)
		return sql.Concat(s, sql.Lit("s.id::text = case when c.id is null then o."), column, sql.Lit("::text else c."), column, sql.Lit("::text end"))
	}
	return sql.Concat(s, sql.Lit("s.id::text = e.id"))
}

// settleHits refuses hits, or says which of them the source contradicts.
func (m *merger) settleHits(ctx context.Context) (hit int64, err error) {
	which := sql.Lit("hit")
	if m.p.Options.RebaseEdits {
		which = sql.Concat(sql.Lit("hit and "), contradicted)
	}
	var ids []string
	if !m.p.Options.DiscardEdits {
		if ids, err = m.listEdited(ctx, which); err != nil {
			return 0, err
		}
	}
	text, _ := sql.Concat(sql.Lit("select count(*) from "), m.g.temp("edited"), sql.Lit(" where hit")).Build()
	if err := m.tx.QueryRow(ctx, text).Scan(&hit); err != nil {
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
var contradicted = sql.Lit("(now is null or original is null or not now @> original or now_geom is distinct from original_geom)")

// listEdited tells of edits and returns the first ids.
func (m *merger) listEdited(ctx context.Context, which sql.Fragment) ([]string, error) {
	text, _ := sql.Concat(sql.Lit("select id, operation, changed_by, last_at from "), m.g.temp("edited"), sql.Lit(" where "), which, sql.Lit(" order by id")).Build()
	rows, err := m.tx.Query(ctx, text)
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
	gone := sql.Lit("new is null")
	if m.p.Options.DeleteMissing {
		gone = sql.Lit("new is null and operation <> 'delete'")
	}
	query := sql.Concat(sql.Lit("select id, operation, changed_by, first_at, last_at, original, original_geom from "), m.g.temp("edited"), sql.Lit(" where not hit and "), gone,
		sql.Lit(`
union all
select id, 'update', changed_by, first_at, last_at, now, now_geom
from `), m.g.temp("edited"), sql.Lit(" where not hit and place is not null and new is not null and (not now @> held or now_geom is distinct from held_geom)"))
	if m.p.Options.RebaseEdits {
		query = sql.Concat(query, sql.Lit(`
union all
select id, case when operation = 'delete' then 'delete' when now is null then 'insert' else 'update' end,
  changed_by, first_at, last_at, now, now_geom
from `), m.g.temp("edited"), sql.Lit(" where hit and (operation <> 'delete' or new is not null)"))
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
	var set, changes []sql.Fragment
	lay := func(column, held, original, said sql.Fragment) {
		set = append(set, sql.Concat(column, sql.Lit(" = case when "), held, sql.Lit(" is not distinct from "), original, sql.Lit(" then "), said, sql.Lit(" else "), held, sql.Lit(" end")))
		changes = append(changes, sql.Concat(held, sql.Lit(" is not distinct from "), original, sql.Lit(" and "), said, sql.Lit(" is distinct from "), held))
	}
	for _, c := range m.p.Merge.Columns {
		if c.Loaded == "" || c.Field.IsID() {
			continue
		}
		held, original := m.held(c), m.held(c)
		if c.Base != "" {
			original = m.original(c)
		}
		lay(sql.Ident(c.Field.Column), held, original, sql.Ident("f", c.Field.Column))
	}
	if m.bringsGeometry() && m.p.Base.Geometry != spatial.GeometryNone {
		lay(sql.Lit("geom"), sql.Lit("c.geom"), sql.Lit("e.original_geom"), sql.Lit("e.now_geom"))
	}
	if len(set) == 0 {
		return nil
	}
	updated, err := m.exec(ctx, sql.Lit("update "), m.next, sql.Lit(" n set "), sql.List(set...),
		sql.Lit(", revision = n.revision + 1, recorded_at = now(), changed_by = "), sql.Arg(orElse(m.p.Options.ChangedBy, "import")),
		sql.Lit("\nfrom "), m.g.temp("edited"), sql.Lit(" e\njoin "), m.base, sql.Lit(" c on c.ctid = e.place\ncross join lateral jsonb_populate_record(null::"), m.base,
		sql.Lit(", e.original) o\ncross join lateral jsonb_populate_record(null::"), m.next,
		sql.Lit(", e.now) f\nwhere e.hit and e.operation = 'update' and e.now is not null and n.id = c.id and ("), sql.Join(" or ", parenthesized(changes)), sql.Lit(")"))
	m.out.Updated += updated
	m.out.Unchanged -= updated
	return err
}

func parenthesized(fs []sql.Fragment) []sql.Fragment {
	out := make([]sql.Fragment, len(fs))
	for i, f := range fs {
		out[i] = sql.Concat(sql.Lit("("), f, sql.Lit(")"))
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
		sql.Lit("\nfrom "), m.delta, sql.Lit(" d join "), m.base, sql.Lit(" c on c.ctid = d.old"))
	if err != nil || m.out.Rebased == 0 {
		return err
	}
	_, err = m.exec(ctx, sql.Lit("insert into "), m.g.temp("past"), sql.Lit("\n"), pastRows(m.p.Base, "'update'"),
		sql.Lit("\nfrom "), m.g.temp("edited"), sql.Lit(" e join "), m.base, sql.Lit(" c on c.ctid = e.place join "), m.next,
		sql.Lit(" n on n.id = c.id where n.revision <> c.revision and e.hit"))
	return err
}

// pastRows selects features c as history has them: properties by column, the id apart.
func pastRows(b *importers.Base, operation sql.Static) sql.Fragment {
	var columns []sql.Fragment
	for _, f := range b.Fields {
		if !f.IsID() {
			columns = append(columns, sql.Ident("c", f.Column))
		}
	}
	return sql.Concat(sql.Lit("select c.id::text as id, c.revision, c.recorded_at, c.changed_by, "), sql.Lit(operation), sql.Lit(" as operation, "), asJSON(columns), sql.Lit(" as properties, c.geom"))
}
