package features

import (
	"fmt"
	"slices"

	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// Orders keeps the indexes of the orders that pages are asked for in; Asked does not
// wait.
type Orders interface {
	Asked(c *spatial.Collection, f spatial.Field)
}

// Ordered is the store that tells o in which orders features are asked for.
func (f *Store) Ordered(o Orders) *Store {
	with := *f
	with.orders = o
	return &with
}

// order is how the features of a query follow each other: by its sort keys,
// without a value last in either direction, then by id, in the direction of the last
// key: so an index on value and id serves both directions of a key (orders.Value).
type order struct {
	c    *spatial.Collection
	keys []orderKey
}

type orderKey struct {
	expr       sql.Fragment // on the alias t
	typ        sql.Static
	descending bool
}

func newOrder(c *spatial.Collection, sort []spatial.Sort) (order, error) {
	o := order{c: c}
	for _, s := range sort {
		field, ok := c.Field(s.Field.Name)
		if !ok || field.Type != s.Field.Type || field.Type == spatial.FieldJSON {
			return o, spatial.Invalid("postgis: sort", "the collection has no such property",
				spatial.FieldError{Name: "sortby", Reason: fmt.Sprintf("%q is not a property of %s", s.Field.Name, c.ID)})
		}
		o.keys = append(o.keys, orderKey{
			expr: valueOf(field), typ: sql.ColumnType(field.Type), descending: s.Descending,
		})
	}
	return o, nil
}

// descendingIDs tells that of features with equal values the one with the greatest id
// comes first.
func (o order) descendingIDs() bool { return len(o.keys) > 0 && o.keys[len(o.keys)-1].descending }

// columns are the sort values as text, from which they can be read again to the
// last bit.
func (o order) columns() []sql.Fragment {
	var columns []sql.Fragment
	for _, k := range o.keys {
		columns = append(columns, sql.Concat(sql.Lit("("), k.expr, sql.Lit(")::text")))
	}
	return columns
}

// part is a run of the order that one statement reads: all of it, or where the
// first key has a value, or where it has none. Apart, each of the two is a range
// of an index on the first key.
type part int

const (
	whole part = iota
	present
	absent
)

// parts are the runs from the position on, in the direction of reading.
func (o order) parts(from *spatial.Position, backward bool) []part {
	if len(o.keys) == 0 {
		return []part{whole}
	}
	parts := []part{present, absent}
	if backward {
		slices.Reverse(parts)
	}
	if from != nil && (from.Values[0] == nil) != (parts[0] == absent) {
		parts = parts[1:]
	}
	return parts
}

// check makes sure that a position belongs to the order.
func (o order) check(p *spatial.Position) error {
	if p != nil && len(p.Values) != len(o.keys) {
		return spatial.Invalid("postgis: position", "the position belongs to another order",
			spatial.FieldError{Name: "cursor", Reason: "belongs to another order"})
	}
	return nil
}

// conditions keep what lies in the part and, if there is a position, beyond it.
func (o order) conditions(in part, from *spatial.Position, backward bool) ([]sql.Fragment, error) {
	var all []sql.Fragment
	first := 0
	switch in {
	case present:
		all = append(all, sql.Concat(o.keys[0].expr, sql.Lit(" is not null")))
	case absent:
		all = append(all, sql.Concat(o.keys[0].expr, sql.Lit(" is null")))
		first = 1
	}
	if from == nil || in != whole && (from.Values[0] == nil) != (in == absent) {
		return all, nil // what lies in another part lies wholly before or beyond
	}
	if in == present && len(o.keys) == 1 {
		beyond, err := o.row(from, backward)
		return append(all, beyond), err
	}
	if in == present {
		// Said of the first key alone, so that an index on it knows where to begin.
		sign := sql.Static(" >= ")
		if o.keys[0].descending != backward {
			sign = " <= "
		}
		all = append(all, sql.Concat(o.keys[0].expr, sql.Lit(sign), o.keys[0].value(from.Values[0])))
	}
	beyond, err := o.beyond(from, first, in == whole, backward)
	return append(all, beyond), err
}

// row compares the only key and the id at once: an index on both begins right there,
// however many features have the same value.
func (o order) row(from *spatial.Position, backward bool) (sql.Fragment, error) {
	id, err := idValue(o.c, from.ID)
	if err != nil {
		return sql.Fragment{}, err
	}
	k, sign := o.keys[0], sql.Static(") > (")
	if k.descending != backward {
		sign = ") < ("
	}
	return sql.Concat(sql.Lit("("), k.expr, sql.Lit(", t.id"), sql.Lit(sign), k.value(from.Values[0]), sql.Lit(", "), id, sql.Lit(")")), nil
}

func (k orderKey) value(text *string) sql.Fragment {
	return sql.Concat(sql.Arg(*text), sql.Lit("::text::"), sql.Lit(k.typ))
}

// beyond compares lexicographically from the key on:
//
//	k1 > v1 or (k1 = v1 and (k2 > v2 or (k2 = v2 and id > v3)))
//
// with < in place of > where the direction is the other one.
// A key without a value comes after those with one. nulls tells that the first
// key may be such.
func (o order) beyond(from *spatial.Position, first int, nulls, backward bool) (sql.Fragment, error) {
	id, err := idValue(o.c, from.ID)
	if err != nil {
		return sql.Fragment{}, err
	}
	sign := sql.Static(" > ")
	if o.descendingIDs() != backward {
		sign = " < "
	}
	result := sql.Concat(sql.Lit("t.id"), sql.Lit(sign), id)
	for i := len(o.keys) - 1; i >= first; i-- {
		k, value := o.keys[i], from.Values[i]
		if value == nil {
			same := sql.Concat(k.expr, sql.Lit(" is null and "), result)
			if backward {
				same = sql.Concat(k.expr, sql.Lit(" is not null or "), same)
			}
			result = sql.Concat(sql.Lit("("), same, sql.Lit(")"))
			continue
		}
		sign := sql.Static(" > ")
		if k.descending != backward {
			sign = " < "
		}
		further := sql.Concat(k.expr, sql.Lit(sign), k.value(value), sql.Lit(" or "), k.expr, sql.Lit(" = "), k.value(value), sql.Lit(" and "), result)
		if !backward && (i > 0 || nulls) {
			further = sql.Concat(k.expr, sql.Lit(" is null or "), further)
		}
		result = sql.Concat(sql.Lit("("), further, sql.Lit(")"))
	}
	return result, nil
}

// by is the order by clause of a part.
func (o order) by(in part, backward bool) sql.Fragment {
	var keys []sql.Fragment
	for i, k := range o.keys {
		direction, nulls := sql.Lit(" asc"), sql.Lit(" nulls last")
		if k.descending != backward {
			direction = sql.Lit(" desc")
		}
		if backward {
			nulls = sql.Lit(" nulls first")
		}
		if i == 0 && in != whole {
			nulls = sql.Fragment{} // all or none of them, and an index serves both directions
		}
		keys = append(keys, sql.Concat(k.expr, direction, nulls))
	}
	id := sql.Lit("t.id")
	if o.descendingIDs() != backward {
		id = sql.Lit("t.id desc")
	}
	return sql.Concat(sql.Lit("\norder by "), sql.List(append(keys, id)...))
}
