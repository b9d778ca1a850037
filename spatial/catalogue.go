package spatial

import (
	"encoding/json"
	"time"
)

// CollectionVersion is one imported state of a collection. The current one and
// the one before it are kept.
type CollectionVersion struct {
	Version      int          `json:"version"`
	Current      bool         `json:"current"`
	CreatedAt    time.Time    `json:"createdAt"` // UTC
	GeometryType GeometryType `json:"geometryType"`
	SRID         SRID         `json:"srid"`
	FeatureCount int64        `json:"featureCount"`
	SourceName   string       `json:"sourceName,omitempty"` // base name of what was imported
	ChangedBy    string       `json:"changedBy,omitempty"`
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
