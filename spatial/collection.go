package spatial

import (
	"encoding/json"
	"time"
)

// Text is a string in Vietnamese and English; either may be empty.
type Text struct {
	VI string `json:"vi,omitempty"`
	EN string `json:"en,omitempty"`
}

// In returns the text in the language ("vi" or "en"), else the other one.
func (t Text) In(lang string) string {
	if lang == "vi" && t.VI != "" || t.EN == "" {
		return t.VI
	}
	return t.EN
}

// FieldType is the type of a property.
type FieldType string

// The property types with what a store hands out for each.
const (
	FieldString   FieldType = "string"   // string
	FieldInteger  FieldType = "integer"  // int64
	FieldNumber   FieldType = "number"   // float64
	FieldBoolean  FieldType = "boolean"  // bool
	FieldDate     FieldType = "date"     // time.Time at midnight UTC
	FieldDateTime FieldType = "datetime" // time.Time in UTC
	FieldJSON     FieldType = "json"     // json.RawMessage
)

// Field describes one property of a collection.
type Field struct {
	Name     string    `json:"name"`   // on the wire, as the source spelt it, NFC
	Column   string    `json:"column"` // in the version's table; catalogue-made, [a-z0-9_]
	Type     FieldType `json:"type"`
	Title    Text      `json:"title,omitzero"`
	Unit     string    `json:"unit,omitempty"`     // UCUM, "m2"
	CodeList string    `json:"codeList,omitempty"` // id of a code list
}

// IDColumn is the column of the id in every version's table.
const IDColumn = "id"

// IsID tells whether the property is the id: read from its column, never written
// to one of its own.
func (f Field) IsID() bool { return f.Column == IDColumn }

// IDKind says how feature ids are stored; on the wire they are strings.
type IDKind string

// An integer id is a bigint, a text id is text in collation "C".
const (
	IDInteger IDKind = "integer"
	IDText    IDKind = "text"
)

// Collection is a published (or draft) set of features together with its
// current version. It is immutable once handed out.
type Collection struct {
	ID          string // [a-z][a-z0-9_-]{0,62}
	Title       Text
	Description Text
	Group       string // layer list group, "planning"
	Ordinal     int    // position within the group
	Keywords    []string
	Licence     string
	Attribution string
	Department  string // owner; its editors may change the collection
	Visibility  Visibility
	Roles       []Role // for VisibilityRestricted
	Published   bool
	MinZoom     int
	MaxZoom     int             // last zoom with data of its own, usually 18
	Style       json.RawMessage // see tiles/styles: {"kind":…}; nil for the default of the geometry type
	SearchField string          // property that names a feature for people; "" is none
	Locking     Locking         // "" is LockingOptional
	Required    []string        // wire names of properties that no edited feature lacks, RequiredGeometry among them
	CreatedAt   time.Time
	UpdatedAt   time.Time

	// LabelsOf is the id of the collection whose label points this stands for; ""
	// for what is in the catalogue.
	LabelsOf string

	// The current version. Version 0: nothing was ever imported.
	Version      int
	Table        string // within schema "data"
	GeometryType GeometryType
	Dimensions   Dimensions
	SRID         SRID // storage CRS
	IDKind       IDKind
	IDField      string // property the id was taken from; "" is a running number
	// IDEpoch is the version since which an id means the same feature; 0 is always,
	// because the ids come with the data.
	IDEpoch      int
	Fields       []Field
	TimeField    string // property that `datetime` filters; "" is none
	FeatureCount int64  // -1 where the caller sees only some of them
	// WithoutGeometry is how many of the features have none: every box matches them.
	WithoutGeometry int64
	Extent          Envelope // SRID 4326, rounded outwards; empty without features
	VersionAt       time.Time
	Pyramid         Pyramid

	// Limits are what the caller sees of it; nil is everything.
	Limits *Limits
}

// Field returns the field of that wire name.
func (c *Collection) Field(name string) (Field, bool) {
	for _, f := range c.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// WithID is the collection with the ids of its features as one more property, the
// first: filters and orders may name it. The name must be free. c is not changed.
func (c *Collection) WithID(name string) *Collection {
	id := Field{Name: name, Column: "id", Type: FieldInteger}
	if c.IDKind == IDText {
		id.Type = FieldString
	}
	rows := *c
	rows.Fields = append([]Field{id}, c.Fields...)
	return &rows
}
