package features

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Insert adds features, all or none, in one statement, and returns their states in
// the same order. An id comes from the property that the collection takes its ids
// from; else, and for a whole number that is missing, it is given here.
//
// Errors: conflict when there is a feature of that id already, which Current
// names; the others as those of Update.
func (f *Store) Insert(ctx context.Context, c *spatial.Collection, a spatial.Access, edits []spatial.Edit) (states []spatial.FeatureState, err error) {
	op := fmt.Sprintf("postgis: add features to %q", c.ID)
	err = f.change(ctx, op, c, a, func(tx pgx.Tx) error {
		if err := numberEdits(ctx, tx, c, edits); err != nil {
			return err
		}
		sql, args := insertion(c, edits).Build()
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		states, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (s spatial.FeatureState, err error) {
			err = row.Scan(&s.ID, &s.Revision, &s.ChangedAt, &s.ChangedBy)
			s.ChangedAt = s.ChangedAt.UTC()
			return s, err
		})
		if err != nil {
			return err
		}
		var ids []string
		for _, s := range states {
			ids = append(ids, s.ID)
		}
		if err := errors.Join(noteBare(ctx, tx, c, edits...), staysSeen(ctx, tx, c, ids...)); err != nil {
			return err
		}
		return audit(ctx, tx, a, "features.insert", c.ID, ids, added(c, edits))
	})
	if spatial.CodeOf(err) == spatial.CodeConflict {
		return nil, f.taken(ctx, op, c, a, edits)
	}
	return states, err
}

// taken tells which id the features cannot have.
func (f *Store) taken(ctx context.Context, op string, c *spatial.Collection, a spatial.Access, edits []spatial.Edit) error {
	place := fieldIndex(c, c.IDField)
	seen := map[string]bool{}
	conflict := &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "A feature with this id exists already."}
	for _, edit := range edits {
		id := fmt.Sprint(edit.Properties[place])
		if seen[id] {
			conflict.Message = fmt.Sprintf("Two features have the id %s.", id)
			return conflict
		}
		seen[id] = true
		if there, err := f.Feature(ctx, c, id, a); err == nil {
			state := there.State()
			conflict.Message, conflict.Current = fmt.Sprintf("There is a feature with the id %s already.", id), &state
			return conflict
		}
	}
	return conflict
}

// numberEdits gives numbers to features whose ids are a property and come without.
func numberEdits(ctx context.Context, tx pgx.Tx, c *spatial.Collection, edits []spatial.Edit) error {
	place := fieldIndex(c, c.IDField)
	if place < 0 || c.IDKind != spatial.IDInteger ||
		!slices.ContainsFunc(edits, func(e spatial.Edit) bool { return e.Properties[place] == nil }) {
		return nil
	}
	if _, err := tx.Exec(ctx, queryEditLastID, c.Table); err != nil {
		return err
	}
	var last int64
	sql, _ := sql.Concat(sql.Lit("select coalesce(max(id), 0) from "), sql.Ident("data", c.Table)).Build()
	if err := tx.QueryRow(ctx, sql).Scan(&last); err != nil {
		return err
	}
	for _, edit := range edits {
		if id, ok := edit.Properties[place].(int64); ok {
			last = max(last, id)
		}
	}
	for _, edit := range edits {
		if edit.Properties[place] == nil {
			last++
			edit.Properties[place] = last
		}
	}
	return nil
}

// insertion is one statement for any number of features: a column of values is one
// argument.
func insertion(c *spatial.Collection, edits []spatial.Edit) sql.Fragment {
	columns, names := []sql.Fragment{sql.Ident("id")}, []sql.Fragment{sql.Ident("n", "id")}
	arrays, aliases := []sql.Fragment{idArray(c, edits)}, []sql.Fragment{sql.Ident("id")}
	for i, f := range c.Fields {
		if f.IsID() {
			continue
		}
		alias := "c" + strconv.Itoa(i)
		value := sql.Ident("n", alias)
		if f.Type == spatial.FieldJSON {
			value = sql.Concat(value, sql.Lit("::jsonb"))
		}
		columns, names = append(columns, sql.Ident(f.Column)), append(names, value)
		arrays, aliases = append(arrays, valueArray(f.Type, edits, i)), append(aliases, sql.Ident(alias))
	}
	geometries := make([][]byte, len(edits))
	for i, edit := range edits {
		if !edit.Geometry.Empty() {
			geometries[i] = edit.Geometry.EWKB
		}
	}
	columns, names = append(columns, sql.Ident("geom")), append(names, storedGeometry(c, sql.Ident("n", "geom")))
	arrays, aliases = append(arrays, sql.Concat(sql.Arg(geometries), sql.Lit("::bytea[]"))), append(aliases, sql.Ident("geom"), sql.Ident("place"))
	return sql.Concat(sql.Lit("insert into "), sql.Ident("data", c.Table), sql.Lit(" as t ("), sql.List(columns...), sql.Lit(")\nselect "), sql.List(names...),
		sql.Lit("\nfrom unnest("), sql.List(arrays...), sql.Lit(") with ordinality as n ("), sql.List(aliases...), sql.Lit(`)
order by n.place
returning t.id::text, t.revision, t.recorded_at, t.changed_by`))
}

// storedGeometry turns EWKB, as an Edit has it, into what the table holds.
func storedGeometry(c *spatial.Collection, ewkb sql.Fragment) sql.Fragment {
	geom := sql.Concat(sql.Lit("st_setsrid(st_geomfromewkb("), ewkb, sql.Lit("), "), sql.Integer(int(postgis.OutputSRID(c))), sql.Lit(")"))
	if postgis.OutputSRID(c) == c.SRID {
		return geom
	}
	return sql.Concat(sql.Lit("st_transform("), geom, sql.Lit(", "), sql.Integer(int(c.SRID)), sql.Lit(")"))
}

// assignments set what the edit sets, but for the id, which stays.
func assignments(c *spatial.Collection, edit spatial.Edit) []sql.Fragment {
	var set []sql.Fragment
	for i, f := range c.Fields {
		value, ok := edit.Properties[i]
		if !ok || f.IsID() {
			continue
		}
		if raw, ok := value.(json.RawMessage); ok {
			value = string(raw)
		}
		set = append(set, sql.Concat(sql.Ident(f.Column), sql.Lit(" = "), sql.Arg(value), sql.Lit("::"), sql.Lit(sql.ColumnType(f.Type))))
	}
	switch {
	case !edit.SetsGeometry:
	case edit.Geometry.Empty():
		set = append(set, sql.Lit("geom = null"))
	default:
		set = append(set, sql.Concat(sql.Lit("geom = "), storedGeometry(c, sql.Concat(sql.Arg(edit.Geometry.EWKB), sql.Lit("::bytea")))))
	}
	return set
}

func idArray(c *spatial.Collection, edits []spatial.Edit) sql.Fragment {
	place := fieldIndex(c, c.IDField)
	if c.IDKind == spatial.IDText {
		return sql.Concat(sql.Arg(gather[string](edits, place)), sql.Lit("::text[]"))
	}
	return sql.Concat(sql.Arg(gather[int64](edits, place)), sql.Lit("::bigint[]"))
}

func valueArray(t spatial.FieldType, edits []spatial.Edit, i int) sql.Fragment {
	switch t {
	case spatial.FieldInteger:
		return sql.Concat(sql.Arg(gather[int64](edits, i)), sql.Lit("::bigint[]"))
	case spatial.FieldNumber:
		return sql.Concat(sql.Arg(gather[float64](edits, i)), sql.Lit("::double precision[]"))
	case spatial.FieldBoolean:
		return sql.Concat(sql.Arg(gather[bool](edits, i)), sql.Lit("::boolean[]"))
	case spatial.FieldDate:
		return sql.Concat(sql.Arg(gather[time.Time](edits, i)), sql.Lit("::date[]"))
	case spatial.FieldDateTime:
		return sql.Concat(sql.Arg(gather[time.Time](edits, i)), sql.Lit("::timestamptz[]"))
	case spatial.FieldJSON:
		texts := make([]*string, len(edits))
		for k, raw := range gather[json.RawMessage](edits, i) {
			if raw != nil {
				text := string(*raw)
				texts[k] = &text
			}
		}
		return sql.Concat(sql.Arg(texts), sql.Lit("::text[]"))
	case spatial.FieldString:
	}
	return sql.Concat(sql.Arg(gather[string](edits, i)), sql.Lit("::text[]"))
}

// gather takes the values of one place; what is not there is null.
func gather[T any](edits []spatial.Edit, place int) []*T {
	values := make([]*T, len(edits))
	for i, edit := range edits {
		if v, ok := edit.Properties[place].(T); ok {
			values[i] = &v
		}
	}
	return values
}
