package spatial

import (
	"encoding/json"
	"time"
)

// CollectionVersion is one imported state of a collection and where it came from.
// The current one and the one before it are kept.
type CollectionVersion struct {
	Version      int          `json:"version"`
	Current      bool         `json:"current"`
	CreatedAt    time.Time    `json:"createdAt"` // UTC
	GeometryType GeometryType `json:"geometryType"`
	SRID         SRID         `json:"srid"`                // of the storage
	FeatureCount int64        `json:"featureCount"`        // -1 for who sees only part of them
	Edits        int64        `json:"edits"`               // features edited since it was imported; -1 as above
	ChangedBy    string       `json:"changedBy,omitempty"` // who imported it; for those alone who may change the collection

	// The import; zero for a version that none has made.
	Mode          string          `json:"mode,omitempty"`       // "create", "replace", "append", "upsert"
	SourceName    string          `json:"sourceName,omitempty"` // base name of what was imported
	SourceLayer   string          `json:"sourceLayer,omitempty"`
	SourceBytes   int64           `json:"sourceBytes,omitempty"`
	SourceSHA256  string          `json:"sourceSha256,omitempty"`
	Format        string          `json:"format,omitempty"`
	Encoding      string          `json:"encoding,omitempty"`
	CRS           string          `json:"crs,omitempty"` // of the source
	CRSReason     string          `json:"crsReason,omitempty"`
	Mapping       string          `json:"mapping,omitempty"` // the mapping file's text
	StartedAt     time.Time       `json:"startedAt,omitzero"`
	Seconds       float64         `json:"seconds,omitempty"`
	Counts        VersionCounts   `json:"counts"`
	SchemaChanges json.RawMessage `json:"schemaChanges,omitempty"` // as the import reported them
}

// VersionCounts are records of the source, as read and rejected, and features of
// the collection.
type VersionCounts struct {
	Read      int64 `json:"read"`
	Rejected  int64 `json:"rejected"`
	Repaired  int64 `json:"repaired"`
	Inserted  int64 `json:"inserted"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Deleted   int64 `json:"deleted"`
}

// CollectionPatch changes what a catalogue says of a collection; nil members
// stay as they are.
type CollectionPatch struct {
	Title       *Text
	Description *Text
	Group       *string
	Ordinal     *int
	Keywords    *[]string
	Licence     *string
	Attribution *string
	Department  *string
	Visibility  *Visibility
	Roles       *[]Role // for VisibilityRestricted
	Published   *bool
	MinZoom     *int
	MaxZoom     *int
	Style       *json.RawMessage // JSON null takes the style away
	SearchField *string          // wire name of a field, "" for none
	TimeField   *string          // wire name of a date or datetime field, "" for none
	Locking     *Locking
	Required    *[]string // wire names of fields, RequiredGeometry for the geometry
}

// CodeList gives the codes of a field their meaning.
type CodeList struct {
	ID         string      `json:"id"` // [a-z][a-z0-9_-]{0,62}
	Title      Text        `json:"title"`
	LegalBasis string      `json:"legalBasis,omitempty"` // the text that defines it
	Values     []CodeValue `json:"values"`               // in order
}

// CodeValue is one code. A date is inclusive at both ends, midnight UTC; a zero
// one is open.
type CodeValue struct {
	Code      string    `json:"code"`
	Label     Text      `json:"label"`
	Color     string    `json:"color,omitempty"` // "#rrggbb"
	ValidFrom time.Time `json:"validFrom,omitzero"`
	ValidTo   time.Time `json:"validTo,omitzero"`
}

// SearchHit is a feature found by name. Lon and Lat (SRID 4326, degrees) lie on
// the feature; the envelope is in SRID 4326 and holds all of it.
type SearchHit struct {
	Collection string
	ID         string
	Name       string
	Lon, Lat   float64
	Envelope   Envelope
}
