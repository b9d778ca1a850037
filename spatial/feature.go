package spatial

import "time"

// Feature is one record. Properties stand in the order of its collection's
// Fields; nil means null.
type Feature struct {
	ID         string
	Revision   int64
	RecordedAt time.Time // UTC
	ChangedBy  string
	Geometry   Geometry
	Properties []any
}

// TimeRange is a closed interval; a zero end is open. An instant has
// Start == End.
type TimeRange struct {
	Start, End time.Time
}

// Equal is one `property=value` filter; Value has the Go type of the field.
type Equal struct {
	Field Field
	Value any
}

// Filter is a condition on features, as spatial/cql makes it; String is its text.
type Filter interface{ String() string }

// Query asks for features of one collection. Features come in the order of
// their id, ascending.
type Query struct {
	Access Access
	BBox   *Envelope // in any supported SRID; nil is everywhere
	Time   *TimeRange
	Equals []Equal
	Filter Filter   // a cql.Node whose literals are in SRID 4326, lon lat; nil is every feature
	Limit  int      // features wanted, >= 1
	After  string   // id after which to go on; "" starts
	Fields []string // wire names wanted; nil is all
}

// FeaturePage is one page. Geometry is in the storage CRS where spatial/crs
// supports it, else in SRID 4326; Geometry.SRID tells.
type FeaturePage struct {
	Features []Feature
	Next     string // After of the next page; "" is the end
	Matched  int64  // features that match in all; -1 is not counted
}
