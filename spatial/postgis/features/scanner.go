package features

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// column scans one attribute into its own place and hands it out as the Go type
// that spatial.FieldType names.
type column struct {
	typ     spatial.FieldType
	text    pgtype.Text
	integer pgtype.Int8
	number  pgtype.Float8
	boolean pgtype.Bool
	date    pgtype.Date
	instant pgtype.Timestamptz
	bytes   []byte
}

func (c *column) target() any {
	switch c.typ {
	case spatial.FieldInteger:
		return &c.integer
	case spatial.FieldNumber:
		return &c.number
	case spatial.FieldBoolean:
		return &c.boolean
	case spatial.FieldDate:
		return &c.date
	case spatial.FieldDateTime:
		return &c.instant
	case spatial.FieldJSON:
		return &c.bytes
	case spatial.FieldString:
	}
	return &c.text
}

// value is the scanned value, nil for null and for an infinite time.
func (c *column) value() any {
	switch c.typ {
	case spatial.FieldInteger:
		return postgis.OrNil(c.integer.Int64, c.integer.Valid)
	case spatial.FieldNumber:
		return postgis.OrNil(c.number.Float64, c.number.Valid)
	case spatial.FieldBoolean:
		return postgis.OrNil(c.boolean.Bool, c.boolean.Valid)
	case spatial.FieldDate:
		return postgis.OrNil(c.date.Time, c.date.Valid && c.date.InfinityModifier == pgtype.Finite)
	case spatial.FieldDateTime:
		return postgis.OrNil(c.instant.Time.UTC(), c.instant.Valid && c.instant.InfinityModifier == pgtype.Finite)
	case spatial.FieldJSON:
		return postgis.OrNil(json.RawMessage(c.bytes), c.bytes != nil)
	case spatial.FieldString:
	}
	return postgis.OrNil(c.text.String, c.text.Valid)
}

// scanner reads the rows of a features query: id, revision, recorded_at,
// changed_by, geometry, the sort values, the wanted attributes and, if it counts, how
// many rows there are without the limit.
type scanner struct {
	collection *spatial.Collection
	srid       spatial.SRID // of the geometries in the rows
	geometry   sql.Fragment
	order      order
	slots      []int // place in Properties of each selected attribute
	columns    []column
	targets    []any // matched is the last
	counts     bool

	idInteger  int64
	idText     string
	revision   int64
	recordedAt time.Time
	changedBy  string
	ewkb       []byte
	sorted     []*string
	matched    int64
}

// newScanner reads what the query wants of the features: fields, geometry and
// the values that it sorts by.
func newScanner(c *spatial.Collection, q spatial.Query) (*scanner, error) {
	s := &scanner{collection: c, srid: postgis.OutputSRID(c), geometry: outputGeometry(c, q)}
	var err error
	if s.order, err = newOrder(c, q.Sort); err != nil {
		return nil, err
	}
	if q.Fields == nil {
		for i := range c.Fields {
			s.slots = append(s.slots, i)
		}
	}
	for _, name := range q.Fields {
		i := fieldIndex(c, name)
		if i < 0 {
			return nil, spatial.Invalid("postgis: select properties", "the collection has no such property",
				spatial.FieldError{Name: "properties", Reason: fmt.Sprintf("%q is not a property of %s", name, c.ID)})
		}
		s.slots = append(s.slots, i)
	}
	id := any(&s.idInteger)
	if c.IDKind == spatial.IDText {
		id = &s.idText
	}
	s.targets = []any{id, &s.revision, &s.recordedAt, &s.changedBy, &s.ewkb}
	s.sorted = make([]*string, len(s.order.keys))
	for i := range s.sorted {
		s.targets = append(s.targets, &s.sorted[i])
	}
	s.columns = make([]column, len(s.slots))
	for i, slot := range s.slots {
		s.columns[i].typ = c.Fields[slot].Type
		s.targets = append(s.targets, s.columns[i].target())
	}
	s.targets = append(s.targets, &s.matched)
	return s, nil
}

func fieldIndex(c *spatial.Collection, name string) int {
	for i, f := range c.Fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// scan reads the current row into a feature that shares nothing with it.
func (s *scanner) scan(rows pgx.Rows) (spatial.Feature, error) {
	s.ewkb = nil
	for i := range s.columns {
		s.columns[i].bytes = nil
	}
	targets := s.targets
	if !s.counts {
		targets = targets[:len(targets)-1]
	}
	if err := rows.Scan(targets...); err != nil {
		return spatial.Feature{}, err
	}
	f := spatial.Feature{
		ID: s.idText, Revision: s.revision, RecordedAt: s.recordedAt.UTC(), ChangedBy: s.changedBy,
		Geometry:   spatial.Geometry{SRID: s.srid, EWKB: s.ewkb},
		Properties: make([]any, len(s.collection.Fields)),
	}
	if s.collection.IDKind != spatial.IDText {
		f.ID = strconv.FormatInt(s.idInteger, 10)
	}
	for i, slot := range s.slots {
		f.Properties[slot] = s.columns[i].value()
	}
	return f, nil
}

// position is that of the feature scanned last, which has the id.
func (s *scanner) position(id string) *spatial.Position {
	return &spatial.Position{ID: id, Values: slices.Clone(s.sorted)}
}
