package flatgeobuf

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"gisd/importers"
	"gisd/importers/flatbuf"
	"gisd/spatial"
)

// maxFields bounds the columns of a file, those that its features bring included.
const maxFields = 4096

// union collects the columns of a file.
type union struct {
	fields []importers.FieldInfo
	byName map[string]int
}

func newUnion() *union { return &union{byName: map[string]int{}} }

// distinct adds a column of the header under a name that no other has.
func (u *union) distinct(c *column) int {
	base := c.name
	if base == "" {
		base = "field_" + strconv.Itoa(len(u.fields)+1)
	}
	name := base
	for n := 2; ; n++ {
		if _, taken := u.byName[name]; !taken {
			break
		}
		name = base + "_" + strconv.Itoa(n)
	}
	c.name = name
	return u.put(c)
}

func (u *union) put(c *column) int {
	f := importers.FieldInfo{Name: c.name, Type: c.fieldType()}
	if c.title != "" && c.title != c.name {
		f.Title = spatial.Text{VI: c.title, EN: c.title}
	}
	u.byName[c.name] = len(u.fields)
	u.fields = append(u.fields, f)
	return len(u.fields) - 1
}

// merge adds a feature's own column; one of another type than before widens the
// field to a number or text.
func (u *union) merge(c *column) error {
	if c.name == "" || c.kind >= kindCount {
		return fmt.Errorf("a feature has a column %q of type %d", c.name, c.kind)
	}
	i, known := u.byName[c.name]
	if !known {
		if len(u.fields) >= maxFields {
			return fmt.Errorf("the features have more than %d columns among them", maxFields)
		}
		u.put(c)
		return nil
	}
	f := &u.fields[i]
	switch t := c.fieldType(); {
	case f.Type == t:
	case isNumber(f.Type) && isNumber(t):
		f.Type = spatial.FieldNumber
	default:
		f.Type = spatial.FieldString
	}
	return nil
}

func isNumber(t spatial.FieldType) bool {
	return t == spatial.FieldInteger || t == spatial.FieldNumber
}

var errSeen = errors.New("seen enough")

// scan looks at the features for columns of their own and for a geometry, and
// stops when neither is left to be found.
func (s *source) scan(ctx context.Context, u *union) (geometry bool, err error) {
	var b flatbuf.Buffer
	var own []column
	wantColumns := len(s.h.columns) == 0
	err = s.each(ctx, func(_ int64, raw []byte) error {
		t := b.Root(raw)
		geometry = geometry || raw == nil || t.Field(0, 4) > 0
		if list := t.Children(2); wantColumns && list.Len() > 0 {
			var err error
			if own, err = readColumns(own[:0], &list); err != nil {
				return nil //nolint:nilerr // Read rejects the feature
			}
			for i := range own {
				if err := u.merge(&own[i]); err != nil {
					return err
				}
			}
		}
		if geometry && !wantColumns {
			return errSeen
		}
		return nil
	})
	if errors.Is(err, errSeen) {
		err = nil
	}
	return geometry, err
}
