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

// Sort is one key of an order: texts by code point, features without a value
// last in either direction.
type Sort struct {
	Field      Field // any type but FieldJSON
	Descending bool
}

// Position is a place in the order of a query: the feature with the ID, whose
// sort values are Values, as the store spells them; nil is null. The feature
// need not exist any more.
type Position struct {
	ID     string
	Values []*string // one for each Sort
}

// Query asks for features of one collection, in the order of Sort and then of
// their id, ascending.
type Query struct {
	Access Access
	BBox   *Envelope // in any supported SRID; nil is everywhere
	Time   *TimeRange
	Equals []Equal
	Filter Filter // a cql.Node whose literals are in SRID 4326, lon lat; nil is every feature
	// Names are terms: of at least one, every word occurs in the feature's name,
	// whatever the case and, where the word has none, the diacritics. Nil is every
	// feature.
	Names  []string
	Sort   []Sort
	Limit  int       // features wanted, >= 1
	After  *Position // the features that follow it; nil starts
	Before *Position // the last features that precede it, in the same order; not with After
	Offset int64     // features left out before the first
	Fields []string  // wire names wanted; nil is all, empty is none

	WithoutGeometry bool    // features come without their geometries
	ToleranceMeters float64 // geometries may be simplified by as much; 0 leaves them as they are
}

// FeaturePage is one page. Geometry is in the storage CRS where spatial/crs
// supports it, else in SRID 4326; Geometry.SRID tells.
type FeaturePage struct {
	Features []Feature
	Next     *Position // After of the next page; nil is the end
	Prev     *Position // Before of the page before; nil is the start
	Matched  int64     // features that match in all; -1 is not counted
	// Estimated: Matched is no count but what the planner expects.
	Estimated bool
}
