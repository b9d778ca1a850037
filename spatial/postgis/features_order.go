package postgis

import (
	"fmt"
	"slices"

	"gisd/spatial"
)

// order is how the features of a query follow each other: by its sort keys,
// without a value last in either direction, then by id, ascending. Texts are
// compared by code point, whatever the collation of the database.
type order struct {
	c    *spatial.Collection
	keys []orderKey
}

type orderKey struct {
	expr       fragment // on the alias t
	typ        staticSQL
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
		k := orderKey{expr: concat(lit("t."), ident(field.Column)), typ: columnType(field.Type), descending: s.Descending}
		if field.Type == spatial.FieldString {
			k.expr = concat(k.expr, lit(` collate "C"`))
		}
		o.keys = append(o.keys, k)
	}
	return o, nil
}

// columns are the sort values as text, from which they can be read again to the
// last bit.
func (o order) columns() []fragment {
	var columns []fragment
	for _, k := range o.keys {
		columns = append(columns, concat(lit("("), k.expr, lit(")::text")))
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
func (o order) conditions(in part, from *spatial.Position, backward bool) ([]fragment, error) {
	var all []fragment
	first := 0
	switch in {
	case present:
		all = append(all, concat(o.keys[0].expr, lit(" is not null")))
	case absent:
		all = append(all, concat(o.keys[0].expr, lit(" is null")))
		first = 1
	}
	if from == nil || in != whole && (from.Values[0] == nil) != (in == absent) {
		return all, nil // what lies in another part lies wholly before or beyond
	}
	if in == present {
		// Said of the first key alone, so that an index on it knows where to begin.
		sign := staticSQL(" >= ")
		if o.keys[0].descending != backward {
			sign = " <= "
		}
		all = append(all, concat(o.keys[0].expr, lit(sign), o.keys[0].value(from.Values[0])))
	}
	beyond, err := o.beyond(from, first, in == whole, backward)
	return append(all, beyond), err
}

func (k orderKey) value(text *string) fragment {
	return concat(arg(*text), lit("::text::"), lit(k.typ))
}

// beyond compares lexicographically from the key on:
//
//	k1 > v1 or (k1 = v1 and (k2 > v2 or (k2 = v2 and id > v3)))
//
// A key without a value comes after those with one. nulls tells that the first
// key may be such.
func (o order) beyond(from *spatial.Position, first int, nulls, backward bool) (fragment, error) {
	id, err := idValue(o.c, from.ID)
	if err != nil {
		return fragment{}, err
	}
	sign := staticSQL(" > ")
	if backward {
		sign = " < "
	}
	result := concat(lit("t.id"), lit(sign), id)
	for i := len(o.keys) - 1; i >= first; i-- {
		k, value := o.keys[i], from.Values[i]
		if value == nil {
			same := concat(k.expr, lit(" is null and "), result)
			if backward {
				same = concat(k.expr, lit(" is not null or "), same)
			}
			result = concat(lit("("), same, lit(")"))
			continue
		}
		sign := staticSQL(" > ")
		if k.descending != backward {
			sign = " < "
		}
		further := concat(k.expr, lit(sign), k.value(value), lit(" or "), k.expr, lit(" = "), k.value(value), lit(" and "), result)
		if !backward && (i > 0 || nulls) {
			further = concat(k.expr, lit(" is null or "), further)
		}
		result = concat(lit("("), further, lit(")"))
	}
	return result, nil
}

// by is the order by clause of a part.
func (o order) by(in part, backward bool) fragment {
	var keys []fragment
	for i, k := range o.keys {
		if i == 0 && in == absent {
			continue // the same for all
		}
		direction, nulls := lit(" asc"), lit(" nulls last")
		if k.descending != backward {
			direction = lit(" desc")
		}
		if backward {
			nulls = lit(" nulls first")
		}
		if i == 0 && in == present {
			nulls = fragment{} // there are none, and an index serves both directions
		}
		keys = append(keys, concat(k.expr, direction, nulls))
	}
	id := lit("t.id")
	if backward {
		id = lit("t.id desc")
	}
	return concat(lit("\norder by "), list(append(keys, id)...))
}
